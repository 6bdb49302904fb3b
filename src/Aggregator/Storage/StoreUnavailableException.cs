namespace LinkTracker.Aggregator.Storage;

/// <summary>The database cannot be reached or written now, which passes by itself. The message is for the operator and names no address.</summary>
internal sealed class StoreUnavailableException(string reason, Exception? cause = null, bool mayBeStored = false, bool tookTooLong = false)
    : IOException("The database cannot be used: " + reason, cause)
{
    /// <summary>True when the connection was lost during a commit: what was written may be stored or not.</summary>
    public bool MayBeStored => mayBeStored;

    /// <summary>True when the server gave up a statement, because it worked on it or waited for too long: it is there.</summary>
    public bool TookTooLong => tookTooLong;

    /// <summary>What a log shows: without the cause, whose text names the server's address.</summary>
    public override string ToString() => $"{GetType()}: {Message}{Environment.NewLine}{StackTrace}";
}
