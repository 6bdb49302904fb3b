namespace LinkTracker.Aggregator.Storage;

/// <summary>Something that one process of the installation holds at a time, until it lets go of it or loses it.</summary>
internal abstract class Lease : IAsyncDisposable
{
    /// <summary>Cancelled when another process may hold it by now.</summary>
    public abstract CancellationToken Lost { get; }

    public abstract ValueTask DisposeAsync();
}

/// <summary>In a database that no other process opens, nothing can take a lease away.</summary>
internal sealed class SureLease : Lease
{
    public override CancellationToken Lost => CancellationToken.None;

    public override ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
