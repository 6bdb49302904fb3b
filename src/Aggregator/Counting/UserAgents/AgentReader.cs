using System.Text;

namespace LinkTracker.Aggregator.Counting.UserAgents;

/// <summary>What user agents tell, remembered: a few thousand of them make nearly all of the traffic.</summary>
/// <remarks>For one thread at a time.</remarks>
internal sealed class AgentReader(BotRules bots)
{
    private readonly BytesCache<AgentTraits> _cache = new(20_000, bytes => Read(bots, Encoding.UTF8.GetString(bytes)));

    public AgentTraits Read(ReadOnlySpan<byte> userAgent) => _cache.Get(userAgent);

    private static AgentTraits Read(BotRules bots, string userAgent) => new(
        bots.Judge(userAgent), AgentParser.Device(userAgent), AgentParser.Browser(userAgent), AgentParser.Os(userAgent));
}
