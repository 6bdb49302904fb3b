using System.Collections.Concurrent;
using LinkTracker.Aggregator.Counting;

namespace LinkTracker.Aggregator.Storage;

/// <summary>Picks the blocks that a scan must read, and shows it their clicks.</summary>
/// <remarks>Safe for many threads at once.</remarks>
internal sealed class ClickBlockVisitor(ILogger logger)
{
    // Said once, not at every report that meets it.
    private readonly ConcurrentDictionary<long, bool> _damaged = [];

    /// <summary>Whether a block may have clicks in the hours asked for.</summary>
    public static bool MayHold(ClickScan scan, long firstTimeMs, long lastTimeMs) =>
        scan.Hours is not { } hours || hours.Any(hour => hour >= UtcBuckets.Hour(firstTimeMs) && hour <= UtcBuckets.Hour(lastTimeMs));

    /// <summary>Whether a block may have clicks of the links asked for.</summary>
    /// <param name="filter">The block's, read only when a scan asks for links.</param>
    public static bool MayHold(ClickScan scan, Func<byte[]> filter)
    {
        if (scan.Links is not { } links)
        {
            return true;
        }

        var bytes = filter();
        return links.Any(link => CountsLinkFilter.MayContain(bytes, link));
    }

    /// <summary>Shows the clicks that are asked for, in the order of their addresses; of a damaged block those in front of the damage.</summary>
    public void Visit(StoredBlock block, ClickScan scan, ClickVisit visit)
    {
        try
        {
            Visit(block.IsSealed ? ClickBlockPacking.Unpack(block.Data) : block.Data, block.Count, scan, visit);
        }
        catch (DamagedBlockException exception)
        {
            if (_damaged.TryAdd(block.Id, true))
            {
                Log.BlockDamaged(logger, exception, block.Log.Edge, block.Log.Epoch, block.Window);
            }
        }
    }

    private static void Visit(ReadOnlySpan<byte> data, long count, ClickScan scan, ClickVisit visit)
    {
        var read = 0L;
        foreach (var click in ClickPart.Read(data))
        {
            read++;
            var time = click.Record.OccurredAtMs;
            if (time >= scan.FromMs && time < scan.ToMs
                && (scan.Hours?.Contains(UtcBuckets.Hour(time)) ?? true)
                && (scan.Links?.Contains(click.Record.Token.LinkId) ?? true))
            {
                visit(click);
            }
        }

        DamagedBlockException.ThrowUnless(read, count);
    }
}
