using System.Runtime.InteropServices;
using LinkTracker.Aggregator.Counting;
using StackExchange.Redis;

namespace LinkTracker.Aggregator.Storage.Redis;

/// <summary>What a script adds to a partition, gathered by the key it goes to.</summary>
internal sealed class RedisDeltas
{
    private readonly Dictionary<SumsWindow, Dictionary<string, ClickTally>> _sums = [];
    private readonly Dictionary<long, LinkEntry> _links = [];
    private readonly Dictionary<long, Dictionary<long, long>> _boards = [];

    /// <summary>Adds an hour, and so its day, its link, and the link's place among those of the day.</summary>
    public void Add(in CountKey key, in ClickTally tally)
    {
        var day = UtcBuckets.DayOfHour(key.Hour);
        Add(isDays: false, key, key.Hour, tally);
        Add(isDays: true, key, day, tally);
        if (key.Dimension != Dimension.Total)
        {
            return;
        }

        ref var link = ref CollectionsMarshal.GetValueRefOrAddDefault(_links, key.LinkId, out var isKnown);
        link = (isKnown ? link : new LinkEntry(0, key.Hour, key.Hour, null)).With(key.Hour, tally.Valid);
        if (key.LinkId != CountKey.AllLinks)
        {
            CollectionsMarshal.GetValueRefOrAddDefault(Of(_boards, day), key.LinkId, out _) += tally.Valid;
        }
    }

    /// <summary>Adds the time of a link's newest valid click, in Unix milliseconds. The click itself is added by its hour.</summary>
    public void AddNewest(long linkId, long atMs)
    {
        var hour = UtcBuckets.Hour(atMs);
        ref var link = ref CollectionsMarshal.GetValueRefOrAddDefault(_links, linkId, out var isKnown);
        link = (isKnown ? link : new LinkEntry(0, hour, hour, null)) with { NewestMs = atMs };
    }

    /// <summary>Appends keys and arguments in the order in which the script takes them.</summary>
    public void AppendTo(in RedisKeys names, List<RedisKey> keys, List<RedisValue> arguments)
    {
        keys.Add(names.Links);
        arguments.Add(_links.Count);
        foreach (var (id, link) in _links)
        {
            arguments.AddRange([RedisKeys.FieldOf(id), link.Valid, link.FirstHour, link.LastHour, link.NewestMs ?? RedisValue.EmptyString]);
        }

        arguments.Add(_sums.Count);
        foreach (var (window, sums) in _sums)
        {
            keys.Add(names.Sums(window));
            arguments.Add(sums.Count);
            foreach (var (field, tally) in sums)
            {
                arguments.AddRange([field, PackedTally.Write(tally)]);
            }
        }

        arguments.Add(_boards.Count);
        foreach (var (day, links) in _boards)
        {
            keys.Add(names.Board(day));
            arguments.Add(links.Count);
            foreach (var (id, valid) in links)
            {
                arguments.AddRange([RedisKeys.FieldOf(id), valid]);
            }
        }
    }

    private void Add(bool isDays, in CountKey key, long bucket, in ClickTally tally)
    {
        var window = SumsWindow.Of(isDays, key.LinkId, key.Dimension, bucket);
        CollectionsMarshal.GetValueRefOrAddDefault(Of(_sums, window), window.FieldOf(key.Dimension, bucket, key.Value), out _).Add(tally);
    }

    private static Dictionary<TInner, TValue> Of<TOuter, TInner, TValue>(Dictionary<TOuter, Dictionary<TInner, TValue>> all, TOuter key)
        where TOuter : notnull
        where TInner : notnull =>
        CollectionsMarshal.GetValueRefOrAddDefault(all, key, out _) ??= [];
}
