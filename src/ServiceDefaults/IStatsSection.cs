namespace LinkTracker.ServiceDefaults;

/// <summary>One part's figures in the answer of <c>GET /stats</c>.</summary>
public interface IStatsSection
{
    /// <summary>The name under which the figures stand, such as <c>edge</c>.</summary>
    string Name { get; }

    /// <summary>The figures now, as an object to be written as JSON; null while the store that has them is away.</summary>
    object? Read();
}
