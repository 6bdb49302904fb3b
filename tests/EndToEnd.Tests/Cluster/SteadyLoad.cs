using System.Collections.Concurrent;

namespace LinkTracker.EndToEnd.Tests.Cluster;

/// <summary>
/// Visitors of both Edges that click links in turn at a steady pace, and remember for each link what was sent and which clicks were
/// answered. A visitor whose Edge is killed goes on once it is back; any other failure of a redirect is remembered as such.
/// </summary>
internal sealed class SteadyLoad : IDisposable
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(25);

    private readonly CancellationTokenSource _stop = new();
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

    /// <summary>Redirects that failed although nobody had killed their Edge.</summary>
    public ConcurrentQueue<string> Failures { get; } = [];

    public int Answered => Links.Values.Sum(link => link.Answered.Count);

    public int Sent => Links.Values.Sum(link => link.Sent);

    /// <summary>From now on, redirects of this Edge may fail, or no longer.</summary>
    public void Expect(int edge, bool failures) => Volatile.Write(ref _mayFail[edge], failures);

    public async Task StopAsync()
    {
        await _stop.CancelAsync();
        await Task.WhenAll(_visitors);
    }

    public void Dispose()
    {
        _stop.Dispose();
        Array.ForEach(_clickers, clicker => clicker.Dispose());
    }

    private async Task VisitAsync(int edge, int visitor, int limit)
    {
        var userAgent = $"{Clicker.Chrome} visitor/{visitor}";
        var links = Links.Values.ToArray();
        using var timer = new PeriodicTimer(Pause);
        for (var i = visitor; i < visitor + limit && !_stop.IsCancellationRequested; i++)
        {
            await ClickAsync(edge, links[i % links.Length], userAgent);
            await timer.WaitForNextTickAsync();
        }
    }

    private async Task ClickAsync(int edge, LinkClicks link, string userAgent)
    {
        var mayFail = Volatile.Read(ref _mayFail[edge]);
        link.Send();
        try
        {
            link.Answered.Add(await _clickers[edge].ClickForTokenAsync(link.Link.Key, userAgent));
        }
        catch (Exception e) when (e is HttpRequestException or InvalidOperationException or OperationCanceledException)
        {
            if (!mayFail && !Volatile.Read(ref _mayFail[edge]))
            {
                Failures.Enqueue($"edge {edge}: {e.Message}");
            }
        }
    }
}

/// <summary>What visitors know of one link.</summary>
internal sealed class LinkClicks(Link link)
{
    private int _sent;

    public Link Link { get; } = link;

    public int Sent => Volatile.Read(ref _sent);

    /// <summary>Tokens of the clicks whose redirect arrived.</summary>
    public ConcurrentBag<string> Answered { get; } = [];

    public void Send() => Interlocked.Increment(ref _sent);
}
