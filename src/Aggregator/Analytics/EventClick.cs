using LinkTracker.Aggregator.Counting;
using LinkTracker.Aggregator.Counting.UserAgents;
using LinkTracker.Aggregator.Links;

namespace LinkTracker.Aggregator.Analytics;

/// <summary>The click of an event, from the click itself or from what a conversion kept of it.</summary>
internal sealed record EventClick
{
    public required string Id { get; init; }

    public required long LinkId { get; init; }

    public required long AtMs { get; init; }

    public required string Country { get; init; }

    public required string Device { get; init; }

    public required string Browser { get; init; }

    public required string Os { get; init; }

    /// <summary>Origin, or <see cref="ClickTraits.Direct"/>.</summary>
    public required string Referrer { get; init; }

    public required string Channel { get; init; }

    public required string Trigger { get; init; }

    public string? UserAgent { get; init; }

    /// <summary>valid, or the reason why it does not count; null for the click of a conversion.</summary>
    public string? Disposition { get; init; }

    private string Continent => Continents.Of(Country) ?? AgentTraits.Unknown;

    private bool IsQr => Trigger == "qr";

    /// <summary>The object <c>click</c> of an event.</summary>
    public Dictionary<string, object?> ToObject(LinkRow link) => new()
    {
        ["id"] = Id,
        ["timestamp"] = Api.Fields.Time(AtMs),
        ["url"] = link.Url,
        ["country"] = Country,
        ["city"] = AgentTraits.Unknown,
        ["region"] = AgentTraits.Unknown,
        ["continent"] = Continent,
        ["device"] = Device,
        ["browser"] = Browser,
        ["os"] = Os,
        ["trigger"] = Trigger,
        ["referer"] = Channels.HostOf(Referrer),
        ["refererUrl"] = Referrer,
        ["qr"] = IsQr,

        // An address never reaches a disk, so there is none to tell.
        ["ip"] = "",
        ["ua"] = UserAgent,
        ["channel"] = Channel,
        ["disposition"] = Disposition,
    };

    /// <summary>The older copy of the same fields beside <c>click</c>, which clients still ask for.</summary>
    public void WriteFlat(Dictionary<string, object?> into, LinkRow link, string linkId)
    {
        into["click_id"] = Id;
        into["link_id"] = linkId;
        into["domain"] = link.Domain;
        into["key"] = link.Key;
        into["url"] = link.Url;
        into["continent"] = Continent;
        into["country"] = Country;
        into["city"] = AgentTraits.Unknown;
        into["device"] = Device;
        into["browser"] = Browser;
        into["os"] = Os;
        into["qr"] = IsQr ? 1 : 0;
        into["ip"] = "";
    }
}
