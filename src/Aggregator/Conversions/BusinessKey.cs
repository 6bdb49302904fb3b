using LinkTracker.Aggregator.Storage;

namespace LinkTracker.Aggregator.Conversions;

/// <summary>What makes something that a shop tells unique for ever. Test mode has names of its own.</summary>
internal static class BusinessKey
{
    private const string Test = "test:";

    /// <param name="customer">The shop's id of it.</param>
    public static string Lead(bool isTest, bool isDeferred, string customer, string eventName)
    {
        // Only a name of nothing but signs can hold a colon. Without it the last colon ends the customer's id, whatever that is made of.
        var slug = EventSlug.Of(eventName).Replace(":", "%3A", StringComparison.Ordinal);
        return $"{Of(isTest)}{(isDeferred ? "deferred" : "lead")}:{customer}:{slug}";
    }

    /// <summary>The key of a lead whose customer has another name now.</summary>
    public static string Rename(string lead, string before, string now)
    {
        var end = lead.LastIndexOf(':');
        return string.Concat(lead.AsSpan(0, end - before.Length), now, lead.AsSpan(end));
    }

    public static string? Sale(bool isTest, string? invoice) => invoice is null ? null : $"{Of(isTest)}sale:{invoice}";

    public static string? Event(bool isTest, string? id) => id is null ? null : $"{Of(isTest)}event:{id}";

    public static string Refund(bool isTest, string id) => $"{Of(isTest)}refund:{id}";

    /// <summary>The shop's own name of an invoice, a refund or an event.</summary>
    public static string NameIn(string key, bool isTest) => key[(key.IndexOf(':', isTest ? Test.Length : 0) + 1)..];

    /// <summary>
    /// What orders a conversion that has none: what was told of it, so that it is not the order of arrival. Requests that are equal to the
    /// letter may change places. It lies behind those of the same kind that have one.
    /// </summary>
    public static string InPlaceOf(bool isTest, string kind, string requestHash, long id) => $"{Of(isTest)}{kind}:~{requestHash}:{EntityId.Format("", id)}";

    private static string Of(bool isTest) => isTest ? Test : "";
}
