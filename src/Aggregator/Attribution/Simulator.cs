using System.Text.Json;
using System.Text.Json.Nodes;
using LinkTracker.Aggregator.Api;
using LinkTracker.Aggregator.Conversions;
using LinkTracker.Aggregator.Counting;
using LinkTracker.Aggregator.Programs;
using LinkTracker.Aggregator.Storage;
using LinkTracker.ServiceDefaults;

namespace LinkTracker.Aggregator.Attribution;

/// <summary>Follows other rules over the stored history, on one snapshot and without changing anything.</summary>
internal sealed class Simulator(ProgramStore programs, Settings settings, TimeProvider clock)
{
    private const int DefaultLimit = 10_000;
    private const int MaxLimit = 50_000;
    private const int CustomersAtATime = 500;
    private static readonly string[] AllModels = [CreditModel.Last, CreditModel.First, CreditModel.Linear, CreditModel.Position, CreditModel.TimeDecay];

    /// <exception cref="ApiError">404 when there is no such program, 422 when the request cannot be followed.</exception>
    public SimulationAnswer Run(Session session, string id, SimulationRequest request)
    {
        // :: 1  what to try
        var all = programs.Load(session);
        var program = EntityId.TryParse(EntityId.Program, id, out var number) && all.ById.TryGetValue(number, out var known)
            ? known
            : throw ApiError.NotFound($"There is no program {id}.");
        var limit = (int)Fields.Between(request.Limit ?? DefaultLimit, "limit", 1, MaxLimit);
        var end = Fields.Time(request.End, "end") ?? clock.GetUtcNow().ToUnixTimeMilliseconds();
        var start = Fields.Time(request.Start, "start") ?? end - (90 * UtcBuckets.DayMs);
        if (start >= end)
        {
            throw ApiError.Unprocessable("start: must be before the end.");
        }

        var paid = new Trial(program.Versions[^1].Rules.Attribution, all, new SimulatedTally(program.Id));
        List<Trial> trials = [paid, .. Trials(request, program, all)];

        // :: 2  customer by customer
        var (after, count) = (0L, 0);
        while (count < limit && CustomersAfter(session, program, start, end, after, Math.Min(CustomersAtATime, limit - count)) is { Count: > 0 } page)
        {
            var histories = CustomerRecords.Load(session, page).ConvertAll(customer => customer.ToHistory());
            var amounts = Amounts(session, page, start, end);
            trials.ForEach(trial => trial.Add(histories, amounts));
            (after, count) = (page[^1], count + page.Count);
        }

        // :: 3  compare
        var isComplete = count < limit || CustomersAfter(session, program, start, end, after, 1).Count == 0;
        return new SimulationAnswer(
            id, Fields.Time(start), Fields.Time(end), count, isComplete, [.. trials.Select(trial => trial.ToAnswer(paid))]);
    }

    // The model that the program pays by is tried already, unless other rules are tried with it.
    private IEnumerable<Trial> Trials(SimulationRequest request, ReferralProgram program, ProgramSet all)
    {
        var rules = program.Versions[^1].Rules;
        var own = rules.Attribution;
        var changed = request.Attribution is null ? null : Merge(rules, request.Attribution).Pinned(settings.AttributionWindow);
        var models = request.Models ?? (changed is null ? AllModels : [changed.Model]);
        foreach (var model in models)
        {
            Fields.OneOf(model ?? "", "models", AllModels);
        }

        return
            from model in models.Distinct()
            where changed is not null || model != own.Model
            let versions = program.Versions.Select(version => version with { Rules = version.Rules with { Attribution = (changed ?? version.Rules.Attribution) with { Model = model } } })
            let tried = program with { Versions = [.. versions] }
            select new Trial(tried.Versions[^1].Rules.Attribution, With(all, tried), new SimulatedTally(program.Id));
    }

    private static AttributionRules Merge(ProgramRules own, JsonObject changes) =>
        RulesText.Change(own, JsonSerializer.SerializeToElement(new JsonObject { ["attribution"] = changes.DeepClone() })).Attribution;

    private static ProgramSet With(ProgramSet all, ReferralProgram tried)
    {
        var byId = all.ById.ToDictionary(pair => pair.Key, pair => pair.Key == tried.Id ? tried : pair.Value);
        return new ProgramSet(byId[all.Default.Id], byId);
    }

    private static IReadOnlyList<long> CustomersAfter(Session session, ReferralProgram program, long start, long end, long after, int most) => session.Query<long>(
        """
        SELECT DISTINCT customer_id FROM conversions
        WHERE customer_id > @after AND occurred_at >= @start AND occurred_at < @end AND is_test = @isTest AND kind <> 'deferred'
        ORDER BY customer_id LIMIT @most
        """,
        new { after, start, end, isTest = program.IsTest ? 1 : 0, most });

    private static Dictionary<long, AmountRow> Amounts(Session session, IReadOnlyList<long> customers, long start, long end) => session.Query<AmountRow>(
        $"""
        SELECT id, amount, currency FROM conversions
        WHERE {session.In("customer_id", "customers")} AND occurred_at >= @start AND occurred_at < @end AND kind <> 'deferred'
        """,
        new { customers = customers.ToArray(), start, end }).ToDictionary(row => row.Id);

    private sealed record Trial(AttributionRules Rules, ProgramSet Programs, SimulatedTally Tally)
    {
        public void Add(IEnumerable<CustomerHistory> histories, Dictionary<long, AmountRow> amounts)
        {
            foreach (var decision in histories.SelectMany(history => Attributor.Decide(history, Programs)))
            {
                if (amounts.TryGetValue(decision.FactId, out var row))
                {
                    Tally.Add(decision, row.Amount ?? 0, row.Currency);
                }
            }
        }

        public SimulatedModel ToAnswer(Trial paid) => new(Rules.Model, this == paid, Rules, Tally.Unattributed, Tally.Compare(paid.Tally));
    }

    private sealed class AmountRow
    {
        public long Id { get; set; }

        public long? Amount { get; set; }

        public string? Currency { get; set; }
    }
}
