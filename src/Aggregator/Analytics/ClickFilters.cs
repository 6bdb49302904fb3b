using LinkTracker.Aggregator.Counting;

namespace LinkTracker.Aggregator.Analytics;

/// <summary>What is asked of the dimensions of a click or of a conversion's click.</summary>
internal sealed class ClickFilters
{
    private readonly List<(Dimension Dimension, Func<string, bool> Allows)> _filters = [];

    public ClickFilters(ReportRequest request)
    {
        Add(Dimension.Country, request.Country, value => value);
        Add(Dimension.Country, request.Continent, value => Continents.Of(value) ?? "Unknown");
        Add(Dimension.Device, request.Device, value => value);
        Add(Dimension.Browser, request.Browser, value => value);
        Add(Dimension.Os, request.Os, value => value);
        Add(Dimension.Referrer, request.Referer, Channels.HostOf, Channels.HostOf);
        Add(Dimension.Referrer, request.RefererUrl, value => value);
        Add(Dimension.Channel, request.Channel, value => value);
        Add(Dimension.Trigger, request.Trigger, value => value);
        Add(Dimension.Trigger, request.Qr switch { true => "qr", false => "link", null => null }, value => value);
    }

    /// <summary>The dimensions about which something is asked.</summary>
    public IReadOnlySet<Dimension> Dimensions => _filters.Select(filter => filter.Dimension).ToHashSet();

    /// <summary>Whether a value of that dimension is wanted, as far as it alone can tell.</summary>
    public bool Allow(Dimension dimension, string value) =>
        _filters.TrueForAll(filter => filter.Dimension != dimension || filter.Allows(value));

    public bool Allow(in ClickTraits traits)
    {
        foreach (var (dimension, allows) in _filters)
        {
            if (!allows(traits[dimension]))
            {
                return false;
            }
        }

        return true;
    }

    private void Add(Dimension dimension, string? text, Func<string, string> read, Func<string, string>? readSent = null)
    {
        if (ValueFilter.Parse(text, StringComparer.OrdinalIgnoreCase, readSent ?? (sent => sent)) is { } filter)
        {
            _filters.Add((dimension, value => filter.Allows(read(value))));
        }
    }
}
