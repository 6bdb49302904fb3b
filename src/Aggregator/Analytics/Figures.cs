using LinkTracker.Aggregator.Counting;

namespace LinkTracker.Aggregator.Analytics;

/// <summary>All numbers of one group.</summary>
internal sealed class Figures
{
    private ClickTally _clicks;

    public ClickTally Clicks => _clicks;

    public long Leads { get; private set; }

    public long Sales { get; private set; }

    /// <summary>Minor units by currency.</summary>
    public SortedDictionary<string, long> Amounts { get; } = new(StringComparer.Ordinal);

    /// <summary>Minor units of the reporting currency; null in reports that are not about one partner.</summary>
    public long? Earnings { get; private set; }

    public void Add(in ClickTally clicks) => _clicks.Add(clicks);

    public void AddClick(Disposition disposition, bool unique) => _clicks.Add(disposition, unique);

    public void AddLeads(long leads) => Leads = checked(Leads + leads);

    public void AddSales(long sales, string currency, long amount)
    {
        Sales = checked(Sales + sales);
        Amounts[currency] = checked(Amounts.GetValueOrDefault(currency) + amount);
    }

    public void AddEarnings(long earnings) => Earnings = checked((Earnings ?? 0) + earnings);

    public void Add(Figures other)
    {
        Add(other._clicks);
        AddLeads(other.Leads);
        Sales = checked(Sales + other.Sales);
        foreach (var (currency, amount) in other.Amounts)
        {
            Amounts[currency] = checked(Amounts.GetValueOrDefault(currency) + amount);
        }
    }

    /// <summary>Whether the event happened at all, excluded clicks included.</summary>
    public bool Has(string reportEvent) => reportEvent switch
    {
        "clicks" => _clicks.Raw > 0,
        "leads" => Leads > 0,
        "sales" => Sales > 0,
        _ => _clicks.Raw > 0 || Leads > 0 || Sales > 0,
    };

    /// <summary>By what rows are ordered, the highest first.</summary>
    public (long, long) Rank(string reportEvent, string currency) => reportEvent switch
    {
        "leads" => (Leads, _clicks.Valid),
        "sales" => (Amounts.GetValueOrDefault(currency), Sales),
        _ => (_clicks.Valid, _clicks.Raw),
    };

    /// <summary>Writes the numbers into a row. <c>saleAmount</c> is of the reporting currency alone.</summary>
    public void WriteTo(Dictionary<string, object?> row, string currency)
    {
        row["clicks"] = _clicks.Valid;
        row["leads"] = Leads;
        row["sales"] = Sales;
        row["saleAmount"] = Amounts.GetValueOrDefault(currency);
        row["saleAmounts"] = Amounts;
        row["raw"] = _clicks.Raw;
        row["unique"] = _clicks.Unique;
        row["excluded"] = new Dictionary<string, long>
        {
            ["head"] = _clicks.Head,
            ["prefetch"] = _clicks.Prefetch,
            ["link_preview"] = _clicks.LinkPreview,
            ["bot"] = _clicks.Bot,
            ["duplicate"] = _clicks.Duplicate,
        };
        if (Earnings is { } earnings)
        {
            row["earnings"] = earnings;
        }
    }
}

/// <summary>Numbers by group: by text, or by number for links and times.</summary>
internal sealed class FigureGroups
{
    private readonly Dictionary<(long, string), Figures> _groups = [];

    public IEnumerable<(long Number, string Text, Figures Figures)> All => _groups.Select(group => (group.Key.Item1, group.Key.Item2, group.Value));

    public Figures this[long number, string text]
    {
        get
        {
            if (!_groups.TryGetValue((number, text), out var figures))
            {
                _groups.Add((number, text), figures = new Figures());
            }

            return figures;
        }
    }

    public Figures this[long number] => this[number, ""];

    public Figures this[string text] => this[0, text];
}
