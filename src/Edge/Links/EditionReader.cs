using LinkTracker.Contracts.Links;
using LinkTracker.Kafka;

namespace LinkTracker.Edge.Links;

/// <summary>Reads the records of one edition, for one thread at a time. What is left of earlier editions is passed over.</summary>
/// <param name="isUnderWay">Whether records of the edition were read before, so that only such can follow.</param>
/// <param name="isWhole">Whether all links of the edition were read before, as they were at some moment.</param>
/// <param name="askEnd">Asks the broker where the topic ends now.</param>
internal sealed class EditionReader(
    KafkaReader reader, Func<long> askEnd, long edition, bool isUnderWay, bool isWhole, LinkSupply supply, ILogger logger) : IDisposable
{
    private const int BatchSize = 1_000;

    // Between two looks at the broker while nothing comes: a topic that was made anew says nothing by itself.
    private const int QuietReads = 6;
    private static readonly TimeSpan Wait = TimeSpan.FromMilliseconds(500);

    private int _quiet;

    /// <summary>The offset behind everything that <see cref="Read"/> returned.</summary>
    public long Next { get; private set; } = reader.Next;

    public bool IsUnderWay { get; private set; } = isUnderWay;

    /// <summary>Whether a broker answered during the last <see cref="Read"/>.</summary>
    public bool WasHeard { get; private set; }

    /// <summary>Whether all links of the edition were returned, as they were at some moment.</summary>
    public bool IsWhole { get; private set; } = isWhole;

    /// <summary>What came within half a second, empty when nothing did; null when nothing more can be read here.</summary>
    public LinkBatch? Read()
    {
        try
        {
            var changes = new List<LinkChange>();
            while (changes.Count < BatchSize && reader.Read(changes.Count == 0 ? Wait : TimeSpan.Zero) is { } record)
            {
                if (!TryTake(record, changes))
                {
                    return null;
                }
            }

            WasHeard = changes.Count > 0 || reader.IsAtEnd;
            _quiet = WasHeard ? 0 : _quiet + 1;
            if (_quiet >= QuietReads && !IsStillThere())
            {
                return null;
            }

            Next = reader.Next;
            return new LinkBatch(changes, CaughtUp: IsWhole && reader.IsAtEnd);
        }
        catch (KafkaFailedException failure)
        {
            Log.LinksUnasked(logger, failure);
            return null;
        }
        catch (OffsetOutOfRangeException gone)
        {
            Log.LinksGone(logger, gone.Offset);
            return null;
        }
    }

    public void Dispose() => reader.Dispose();

    /// <summary>False at the first record of another edition, behind which everything is.</summary>
    private bool TryTake(KafkaRecord record, List<LinkChange> changes)
    {
        if (!LinkChangeCodec.TryDecode(record.Key, record.Value, out var message, out var reason))
        {
            supply.CountUnreadable();
            Log.LinkUnreadable(logger, record.Offset, reason);
            return true;
        }

        if (message.Edition != edition)
        {
            return !IsUnderWay;
        }

        IsUnderWay = true;
        if (message.IsWhole)
        {
            IsWhole = true;
        }
        else
        {
            changes.Add(message.Change with { Version = record.Offset + 1 });
        }

        return true;
    }

    private bool IsStillThere()
    {
        var end = askEnd();
        (WasHeard, _quiet) = (true, 0);
        return end >= reader.Next;
    }
}
