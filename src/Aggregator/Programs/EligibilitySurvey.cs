using LinkTracker.Aggregator.Api;
using LinkTracker.Aggregator.Storage;

namespace LinkTracker.Aggregator.Programs;

/// <summary>Looks at customers, some at a time, and counts who fails what. Memory holds one page of them.</summary>
internal sealed class EligibilitySurvey(IReadOnlyList<Condition> criteria, Page page)
{
    /// <summary>As many as are read within seconds.</summary>
    public const int MaxCustomers = 200_000;

    private const int AtOnce = 1_000;

    private readonly long[] _failed = new long[criteria.Count];
    private readonly List<CustomerEligibility> _page = [];
    private long _customers;
    private long _eligible;
    private bool _isComplete;

    /// <param name="named">Only these; null: all of the program's kind, test or not, that are known to the shop.</param>
    public void Add(Session session, CustomerTraits traits, ReferralProgram program, long[]? named, long nowMs, CancellationToken cancellation)
    {
        if (named is not null)
        {
            Add(traits.Read(session, session.In("c.id", "named"), new { named }, nowMs));
            _isComplete = true;
            return;
        }

        var after = 0L;
        while (_customers < MaxCustomers && !_isComplete)
        {
            cancellation.ThrowIfCancellationRequested();
            var some = traits.Read(
                session,
                "c.id IN (SELECT id FROM customers WHERE is_test = @isTest AND is_pending = 0 AND id > @after ORDER BY id LIMIT @AtOnce)",
                new { isTest = program.IsTest ? 1 : 0, after, AtOnce },
                nowMs);
            Add(some);
            after = some.Count == 0 ? after : some[^1].Id;
            _isComplete = some.Count < AtOnce;
        }
    }

    public EligibilityPreview ToAnswer(ReferralProgram program, int? version) => new(
        EntityId.Format(EntityId.Program, program.Id), version, criteria, _customers, _eligible, _isComplete,
        [.. criteria.Index().Select(pair => new CriterionCount(
            pair.Index, pair.Item.Attribute, pair.Item.Reason ?? $"{pair.Item.Attribute} {Eligibility.Demand(pair.Item)}", _failed[pair.Index]))],
        _page);

    private void Add(IReadOnlyList<TraitsOfCustomer> customers)
    {
        foreach (var customer in customers)
        {
            var failures = Eligibility.Failures(criteria, customer.Attributes);
            foreach (var failure in failures)
            {
                _failed[failure.Index]++;
            }

            if (_customers >= page.Offset && _page.Count < page.Limit)
            {
                _page.Add(CustomerEligibility.Of(customer, failures));
            }

            _customers++;
            _eligible += failures.Count == 0 ? 1 : 0;
        }
    }
}
