using LinkTracker.Aggregator.Counting;

namespace LinkTracker.Aggregator.Storage;

/// <summary>Takes the open rows of a log's windows before the given one out of the store.</summary>
internal delegate IReadOnlyList<OpenBlock> TakeOpenBlocks(LogKey log, long window);

/// <summary>
/// Turns single clicks into rows of some thousand. While a window of log addresses grows, every transaction adds one small plain row;
/// once the log has moved on, they become one compressed row. So no transaction writes again what is stored already.
/// </summary>
internal sealed class ClickBlockSealer(ILogger logger)
{
    /// <summary>The rows that the parts of a batch become, along with the rows that are taken.</summary>
    public IEnumerable<ClickBlock> Rows(IEnumerable<ClickPart> parts, TakeOpenBlocks take)
    {
        foreach (var ofLog in parts.GroupBy(part => part.Log))
        {
            // The window the log is in stays open; every one before it is complete.
            var newest = ofLog.Max(part => part.Window);
            var complete = ofLog.Where(part => part.Window < newest)
                .Select(part => new OpenBlock(part.Window, part.FirstAddress, part.Count, part.Data.ToArray()));
            foreach (var window in take(ofLog.Key, newest).Concat(complete).GroupBy(block => block.Window).OrderBy(window => window.Key))
            {
                var whole = Whole(ofLog.Key, window);
                if (whole.Count > 0)
                {
                    yield return new ClickBlock(whole, IsSealed: true, ClickBlockPacking.Pack(whole.Data.Span));
                }
            }

            foreach (var part in ofLog.Where(part => part.Window == newest))
            {
                yield return new ClickBlock(part, IsSealed: false, part.Data.ToArray());
            }
        }
    }

    private ClickPart Whole(LogKey log, IGrouping<long, OpenBlock> window)
    {
        var whole = new ClickPart(log, window.Key);
        foreach (var block in window.OrderBy(block => block.FirstAddress))
        {
            AddAll(whole, block);
        }

        return whole;
    }

    // What cannot be read is left out and said: the sums have its clicks, and counting must go on.
    private void AddAll(ClickPart whole, OpenBlock block)
    {
        var before = whole.Count;
        try
        {
            foreach (var click in ClickPart.Read(block.Data))
            {
                whole.Add(click.Address, click.Disposition, click.Unique, click.Record, click.Bytes);
            }

            DamagedBlockException.ThrowUnless(whole.Count - before, block.Count);
        }
        catch (DamagedBlockException exception)
        {
            Log.BlockDamaged(logger, exception, whole.Log.Edge, whole.Log.Epoch, whole.Window);
        }
    }
}
