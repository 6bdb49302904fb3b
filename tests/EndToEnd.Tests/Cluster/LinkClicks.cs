using System.Collections.Concurrent;

namespace LinkTracker.EndToEnd.Tests.Cluster;

/// <summary>What visitors know of one link. A visitor is a new one on each UTC day.</summary>
internal sealed class LinkClicks(Link link)
{
    private readonly ConcurrentDictionary<(int Visitor, DateOnly Day), bool> _possible = [];
    private readonly ConcurrentDictionary<(int Visitor, DateOnly Day), bool> _certain = [];
    private int _sent;

    public Link Link { get; } = link;

    public int Sent => Volatile.Read(ref _sent);

    /// <summary>Tokens of the clicks whose redirect arrived.</summary>
    public ConcurrentBag<string> Answered { get; } = [];

    /// <summary>Visitors of a day whose click was answered within that day.</summary>
    public int LeastVisitors => _certain.Count;

    /// <summary>Visitors of a day who sent a click, answered or not, and those whose click may belong to the next day as well.</summary>
    public int MostVisitors => _possible.Count;

    public void Send(int visitor, DateTimeOffset at)
    {
        Interlocked.Increment(ref _sent);
        _possible.TryAdd((visitor, DayOf(at)), true);
    }

    public void Answer(string token, int visitor, DateTimeOffset sent, DateTimeOffset answered)
    {
        Answered.Add(token);
        if (DayOf(sent) == DayOf(answered))
        {
            _certain.TryAdd((visitor, DayOf(sent)), true);
        }
    }

    /// <summary>The visitor waits no longer, whether the answer came or not.</summary>
    public void End(int visitor, DateTimeOffset at) => _possible.TryAdd((visitor, DayOf(at)), true);

    private static DateOnly DayOf(DateTimeOffset at) => DateOnly.FromDateTime(at.UtcDateTime);
}
