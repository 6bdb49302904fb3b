using StackExchange.Redis;

namespace LinkTracker.Aggregator.Storage.Redis;

/// <summary>A hash to read, and who takes its fields and their values.</summary>
internal readonly record struct HashRead(RedisKey Key, Action<RedisValue, RedisValue> Take);

/// <summary>
/// Reads some links of a partition: first when each was clicked, then the hashes that may have something of it. Both come from one script,
/// which is run again while a link was clicked in an hour outside of what was asked for; so what it gives is what was stored at one moment.
/// </summary>
/// <param name="plan">What to read, now that it is known when the links were clicked; a link that never was is not among them.</param>
/// <remarks>What is too much for one answer comes in several; then each has its own moment.</remarks>
internal sealed class PartitionRead(
    RedisKeys names, IReadOnlyList<long> links, Func<IReadOnlyDictionary<long, LinkEntry>, IEnumerable<HashRead>> plan) : RedisRead
{
    // What Redis answers in some milliseconds: it does nothing else meanwhile.
    private const int MostHashes = 1_000;
    private const int EnoughFields = 10_000;

    private Dictionary<long, LinkEntry>? _clicked;
    private List<HashRead> _hashes = [];
    private int _taken;

    public override Task<RedisResult> AskAsync(IDatabase database)
    {
        RedisKey[] keys = [names.State, names.Links, .. _hashes.Skip(_taken).Take(MostHashes).Select(hash => hash.Key)];
        RedisValue[] arguments = [names.Generation, EnoughFields, .. _taken == 0 ? links.Select(link => (RedisValue)RedisKeys.FieldOf(link)) : []];
        return database.ScriptEvaluateAsync(RedisScripts.Read, keys, arguments, CommandFlags.DemandMaster);
    }

    public override bool Take(RedisResult answer)
    {
        if (answer.IsNull)
        {
            throw RedisGenerations.BeingMade(names.Partition);
        }

        var parts = (RedisResult[])answer!;
        if (_taken == 0 && !IsAsPlanned((RedisValue[])parts[0]!))
        {
            return _hashes.Count == 0;
        }

        foreach (var part in parts.Skip(1))
        {
            var fields = (RedisValue[])part!;
            for (var i = 0; i < fields.Length; i += 2)
            {
                _hashes[_taken].Take(fields[i], fields[i + 1]);
            }

            _taken++;
        }

        return _taken == _hashes.Count;
    }

    private bool IsAsPlanned(RedisValue[] values)
    {
        var clicked = new Dictionary<long, LinkEntry>();
        for (var i = 0; i < links.Count; i++)
        {
            if (!values[i].IsNull)
            {
                clicked.Add(links[i], LinkEntry.Read(values[i]!));
            }
        }

        if (_clicked is not null && clicked.Count == _clicked.Count && clicked.All(link => _clicked[link.Key].HasHoursOf(link.Value)))
        {
            return true;
        }

        _clicked = clicked;
        _hashes = [.. plan(clicked)];
        return false;
    }
}
