namespace LinkTracker.Aggregator.Storage;

/// <summary>The counts could not be read or written. What the store itself says of it is inside. The message names no address.</summary>
internal sealed class CountsException(string message, Exception? cause = null, bool isDamage = false) : Exception(message, cause)
{
    /// <summary>Whether what is stored is damaged, so that trying again cannot help.</summary>
    public bool IsDamage { get; } = isDamage;

    /// <summary>What a log shows: without the cause, whose text names the server's address.</summary>
    public override string ToString() => $"{GetType()}: {Message}{Environment.NewLine}{StackTrace}";
}
