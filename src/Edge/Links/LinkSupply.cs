namespace LinkTracker.Edge.Links;

/// <summary>How well the source of links serves this Edge. Only a source in another process ever fails here.</summary>
internal sealed class LinkSupply
{
    private long _unreadable;
    private volatile bool _isStale;

    /// <summary>Whether the source does not answer, so that redirects go by what was known before.</summary>
    public bool IsStale
    {
        get => _isStale;
        set => _isStale = value;
    }

    /// <summary>Records that could not be read since the start. What they say is missing in the table.</summary>
    public long Unreadable => Volatile.Read(ref _unreadable);

    public void CountUnreadable() => Interlocked.Increment(ref _unreadable);
}
