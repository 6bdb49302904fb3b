using System.Text;
using LinkTracker.Aggregator.Counting.UserAgents;
using LinkTracker.Contracts.Clicks;

namespace LinkTracker.Aggregator.Counting;

/// <summary>
/// Reads a click's traits from its record. It knows one click at a time; whether it repeats another is for
/// <see cref="VisitorDays"/> to say.
/// </summary>
/// <remarks>For one thread at a time: it remembers what it read.</remarks>
internal sealed class ClickClassifier(BotRules bots)
{
    private readonly AgentReader _agents = new(bots);

    // Countries, channels and referrers repeat; a text of its own for each click would be most of what is allocated.
    private readonly BytesCache<string> _texts = new(20_000, Text);
    private readonly BytesCache<string> _channels = new(20_000, referrer => Channels.Of(Encoding.UTF8.GetString(referrer)));

    public ClickTraits Classify(in ClickRecord click)
    {
        var agent = _agents.Read(click.UserAgent);
        return new ClickTraits(
            DispositionOf(click, agent.Kind),
            click.Country.IsEmpty ? AgentTraits.Unknown : _texts.Get(click.Country),
            agent.Device,
            agent.Browser,
            agent.Os,
            click.Referrer.IsEmpty ? ClickTraits.Direct : _texts.Get(click.Referrer),
            click.Channel.IsEmpty ? _channels.Get(click.Referrer) : _texts.Get(click.Channel),
            click.Flags.HasFlag(ClickHints.Qr) ? "qr" : "link");
    }

    // What is no UTF-8 is replaced by the decoder; so is the one character that not every store can hold. An Edge in order sends neither.
    private static string Text(ReadOnlySpan<byte> bytes) => Encoding.UTF8.GetString(bytes).Replace('\0', '\uFFFD');

    // The first that applies is the reason.
    private static Disposition DispositionOf(in ClickRecord click, AgentKind agent)
    {
        if (click.Method == ClickMethod.Head)
        {
            return Disposition.Head;
        }

        if (click.Flags.HasFlag(ClickHints.Prefetch))
        {
            return Disposition.Prefetch;
        }

        return agent switch
        {
            AgentKind.LinkPreview => Disposition.LinkPreview,
            AgentKind.Bot => Disposition.Bot,
            _ => Disposition.Valid,
        };
    }
}
