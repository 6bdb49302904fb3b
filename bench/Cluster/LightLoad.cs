namespace LinkTracker.Cluster;

/// <summary>Clicks at a steady rate, on both Edges in turn, until it is stopped.</summary>
internal sealed class LightLoad : IDisposable
{
    // No more than this, whatever happens.
    private static readonly TimeSpan Limit = TimeSpan.FromHours(1);

    private static readonly TimeSpan Beat = TimeSpan.FromMilliseconds(10);

    private readonly CancellationTokenSource _stop = new(Limit);
    private readonly Visitor[] _visitors;
    private readonly Task<double> _work;

    public LightLoad(IEnumerable<Uri> edges, IReadOnlyList<Link> links, int perSecond)
    {
        _visitors = [.. edges.Select(edge => new Visitor(edge))];
        _work = Task.Run(() => ClickAsync(links, perSecond));
    }

    /// <returns>Clicks in each second, as they were answered.</returns>
    /// <exception cref="InvalidOperationException">One was not.</exception>
    public async Task<double> StopAsync()
    {
        await _stop.CancelAsync();
        return await _work;
    }

    public void Dispose()
    {
        _stop.Dispose();
        Array.ForEach(_visitors, visitor => visitor.Dispose());
    }

    private async Task<double> ClickAsync(IReadOnlyList<Link> links, int perSecond)
    {
        var (since, clicks) = (TimeProvider.System.GetTimestamp(), 0);
        using var timer = new PeriodicTimer(Beat);
        while (!_stop.IsCancellationRequested)
        {
            // By the clock: what a late beat has left out, the next one makes good.
            var due = (int)(TimeProvider.System.GetElapsedTime(since).TotalSeconds * perSecond) - clicks;
            await Task.WhenAll(Enumerable.Range(clicks, due).Select(i => _visitors[i % _visitors.Length].ClickAsync(links[i % links.Count])));
            clicks += due;
            await timer.WaitForNextTickAsync(CancellationToken.None);
        }

        return clicks / TimeProvider.System.GetElapsedTime(since).TotalSeconds;
    }
}
