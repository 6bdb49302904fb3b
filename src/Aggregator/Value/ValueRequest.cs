namespace LinkTracker.Aggregator.Value;

/// <summary>The query parameters of reports over referrers.</summary>
internal sealed class ValueRequest
{
    /// <summary>A program's id; null: all that are no test.</summary>
    public string? ProgramId { get; set; }

    /// <summary>A group's name: referrers who were in it at the end of the time asked for.</summary>
    public string? GroupId { get; set; }

    public string? PartnerId { get; set; }

    /// <summary>24h, 7d, 30d, 90d, 1y, mtd, qtd, ytd or all (the default). Not used when start or end is given.</summary>
    public string? Interval { get; set; }

    /// <summary>ISO 8601, of when things happened, moved to the whole hour before it.</summary>
    public string? Start { get; set; }

    /// <summary>ISO 8601, moved to the whole hour behind it. A date alone includes that day.</summary>
    public string? End { get; set; }

    /// <summary>IANA name; UTC unless given.</summary>
    public string? Timezone { get; set; }

    /// <summary>Only sales in this currency, and all money in it.</summary>
    public string? Currency { get; set; }

    /// <summary>ISO 3166 of the click, two letters.</summary>
    public string? Country { get; set; }

    /// <summary>Of the list: netRevenue (the default), grossRevenue, sales, customers, leads, clicks or quality.</summary>
    public string? SortBy { get; set; }

    /// <summary><c>desc</c> (the default) or <c>asc</c>.</summary>
    public string? SortOrder { get; set; }

    /// <summary>Of the leaderboard: volume, revenue (the default) or quality.</summary>
    public string? Rank { get; set; }

    /// <summary>Of the list: what those on the page would be credited for by this model of credit, such as <c>linear</c>; needs programId.</summary>
    public string? Model { get; set; }

    public int? Page { get; set; }

    public int? PageSize { get; set; }
}
