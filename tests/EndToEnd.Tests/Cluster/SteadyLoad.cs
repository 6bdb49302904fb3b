using System.Collections.Concurrent;

namespace LinkTracker.EndToEnd.Tests.Cluster;

/// <summary>
/// Visitors of both Edges that click links in turn at a steady pace, and remember for each link what was sent and which clicks were
/// answered. A visitor whose Edge is killed goes on once it is back; any other failure of a redirect is remembered as such.
/// </summary>
internal sealed class SteadyLoad : IDisposable
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(25);

    // Whatever is away, redirects are as fast as ever. So slow is one that waits for a server, and none on a busy machine.
    private static readonly TimeSpan LongestRedirect = TimeSpan.FromSeconds(10);

    private readonly CancellationTokenSource _stop = new();
    private readonly long _started = TimeProvider.System.GetTimestamp();
    private readonly Clicker[] _clickers;
    private readonly bool[] _mayFail;
    private readonly Task[] _visitors;

    /// <param name="limit">No more clicks than this are sent by a visitor, so that the loop is bounded.</param>
    public SteadyLoad(ClusterRig rig, IReadOnlyList<Link> links, int visitorsOfEach, int limit)
    {
        Links = links.ToDictionary(link => link.Key, link => new LinkClicks(link));
        _clickers = [.. rig.Edges.Select(edge => new Clicker(edge.Url))];
        _mayFail = new bool[_clickers.Length];
        _visitors =
        [
            .. Enumerable.Range(0, _clickers.Length * visitorsOfEach).Select(visitor =>
                Task.Run(() => VisitAsync(visitor % _clickers.Length, visitor, limit))),
        ];
    }

    public IReadOnlyDictionary<string, LinkClicks> Links { get; }

    /// <summary>Redirects that failed, or took too long, although nobody had killed their Edge.</summary>
    public ConcurrentQueue<string> Failures { get; } = [];

    public int Answered => Links.Values.Sum(link => link.Answered.Count);

    public int Sent => Links.Values.Sum(link => link.Sent);

    /// <summary>From its first click to its last.</summary>
    public TimeSpan Duration { get; private set; }

    /// <summary>From now on, redirects of this Edge may fail, or no longer.</summary>
    public void Expect(int edge, bool failures) => Volatile.Write(ref _mayFail[edge], failures);

    public async Task StopAsync()
    {
        await _stop.CancelAsync();
        await Task.WhenAll(_visitors);
        Duration = TimeProvider.System.GetElapsedTime(_started);
    }

    public void Dispose()
    {
        _stop.Dispose();
        Array.ForEach(_clickers, clicker => clicker.Dispose());
    }

    private async Task VisitAsync(int edge, int visitor, int limit)
    {
        var links = Links.Values.ToArray();
        using var timer = new PeriodicTimer(Pause);
        for (var i = visitor; i < visitor + limit && !_stop.IsCancellationRequested; i++)
        {
            await ClickAsync(edge, links[i % links.Length], visitor);
            await timer.WaitForNextTickAsync();
        }
    }

    private async Task ClickAsync(int edge, LinkClicks link, int visitor)
    {
        var mayFail = Volatile.Read(ref _mayFail[edge]);
        var sent = TimeProvider.System.GetUtcNow();
        var failure = default(string);
        link.Send(visitor, sent);
        try
        {
            var token = await _clickers[edge].ClickForTokenAsync(link.Link.Key, $"{Clicker.Chrome} visitor/{visitor}");
            var answered = TimeProvider.System.GetUtcNow();
            link.Answer(token, visitor, sent, answered);
            failure = answered - sent > LongestRedirect ? $"a redirect took {answered - sent}" : null;
        }
        catch (Exception e) when (e is HttpRequestException or InvalidOperationException or OperationCanceledException)
        {
            failure = e.Message;
        }

        link.End(visitor, TimeProvider.System.GetUtcNow());
        if (failure is not null && !mayFail && !Volatile.Read(ref _mayFail[edge]))
        {
            Failures.Enqueue($"edge {edge}, {sent:HH:mm:ss}: {failure}");
        }
    }
}
