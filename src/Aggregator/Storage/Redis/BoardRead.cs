using StackExchange.Redis;

namespace LinkTracker.Aggregator.Storage.Redis;

/// <summary>Collects the links that were clicked on a day. One that is clicked meanwhile may be missing.</summary>
internal sealed class BoardRead(RedisKey board, ISet<long> links) : RedisRead
{
    private const int PageSize = 1_000;

    private string _cursor = "0";

    public override Task<RedisResult> AskAsync(IDatabase database) =>
        database.ExecuteAsync("ZSCAN", [board, _cursor, "COUNT", PageSize], CommandFlags.DemandMaster);

    public override bool Take(RedisResult answer)
    {
        var parts = (RedisResult[])answer!;
        _cursor = (string)parts[0]!;
        var members = (RedisValue[])parts[1]!;
        for (var i = 0; i < members.Length; i += 2)
        {
            links.Add(RedisKeys.LinkOf(members[i]!));
        }

        return _cursor == "0";
    }
}
