namespace LinkTracker.Aggregator.Partners;

/// <summary>Values of <c>partners.status</c>.</summary>
internal static class PartnerStatus
{
    public const string Approved = "approved";
    public const string Banned = "banned";
    public const string Deactivated = "deactivated";
}
