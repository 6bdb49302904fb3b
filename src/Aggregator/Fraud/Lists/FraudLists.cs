using LinkTracker.ServiceDefaults;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace LinkTracker.Aggregator.Fraud.Lists;

/// <summary>The lists that rules look into. One that is set and cannot be read shows in the health; its rule then judges nothing.</summary>
internal sealed class FraudLists(Settings settings, TimeProvider clock, ILogger<FraudLists> logger) : IHealthCheck
{
    public const string Datacentres = "Aggregator__DatacentreRanges";
    public const string Coupons = "Aggregator__CouponSites";
    public const string Disposables = "Aggregator__DisposableDomains";

    public OperatorList<AddressRanges> DatacentreRanges { get; } = new(Datacentres, settings.DatacentreRanges, AddressRanges.Parse, clock, logger);

    public OperatorList<DomainSet> CouponSites { get; } = new(Coupons, settings.CouponSites, DomainSet.Parse, clock, logger);

    public OperatorList<DomainSet> DisposableDomains { get; } = new(Disposables, settings.DisposableDomains, DomainSet.Parse, clock, logger);

    public IReadOnlyList<OperatorList> All => [DatacentreRanges, CouponSites, DisposableDomains];

    /// <summary>Why a rule cannot judge now; null when it can.</summary>
    public string? FailureOf(FraudRuleKind rule) => ListOf(rule)?.Failure;

    /// <summary>Whether the operator counts on the rule, and it cannot judge.</summary>
    public bool IsMissing(FraudRuleKind rule) => ListOf(rule) is { IsSet: true, Failure: not null };

    /// <summary>Whether the rule needs a list that the operator does not have.</summary>
    public bool IsUnset(FraudRuleKind rule) => ListOf(rule) is { IsSet: false };

    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        var failures = All.Where(list => list is { IsSet: true, Failure: not null }).Select(list => list.Failure).ToList();
        return Task.FromResult(failures.Count == 0
            ? HealthCheckResult.Healthy()
            : HealthCheckResult.Degraded($"{string.Join("; ", failures)}. Rewards that are checked meanwhile are checked once more when it can be read."));
    }

    private OperatorList? ListOf(FraudRuleKind rule) => rule.List is { } setting ? All.Single(list => list.Setting == setting) : null;
}
