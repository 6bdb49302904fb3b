using System.Globalization;
using System.Runtime.CompilerServices;
using LinkTracker.Contracts.Links;
using LinkTracker.Kafka;

namespace LinkTracker.Edge.Links;

/// <summary>
/// Links from the topic that the Aggregators publish. A change's version is the offset of its record, plus 1. What was read holds as
/// long as the topic has the same edition: one that was made anew has another, and so has one that did not fit the database any more.
/// <code>
///   1  ask the topic for its edition   again and again; after ten seconds without an answer the table is stale, and serves what it has
///   2  go on, or start over            behind the version if the edition is the same, else from the beginning
///   3  read                            until another edition begins, or the broker is gone
/// </code>
/// </summary>
internal sealed class KafkaLinkSource(KafkaConnection kafka, LinkSupply supply, TimeProvider clock, ILogger<KafkaLinkSource> logger) : ILinkSource
{
    private const string NamePrefix = "kafka ";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan AskLimit = TimeSpan.FromSeconds(3);

    // Of what the reader has taken in. Under way: it has something of the edition. Whole: all its links, as they were at some moment.
    private long? _edition;
    private bool _isUnderWay;
    private bool _isWhole;
    private long? _heard;
    private volatile string? _name;

    // A snapshot would hide what could not be read: its version says that it was.
    public string? Name => supply.Unreadable == 0 ? _name : null;

    /// <summary>True, too, when the topic does not tell its edition within ten seconds: <see cref="ReadAsync"/> asks until it does.</summary>
    public async Task<bool> HoldsAsync(LinkPoint point, CancellationToken cancellation)
    {
        if (EditionOf(point.Source) is not { } edition)
        {
            return false;
        }

        LinksTail? tail;
        while ((tail = await AskAsync(cancellation)) is null && !IsPatienceOver)
        {
            await Task.Delay(Pause, clock, cancellation);
        }

        var holds = tail is null || (tail.Last?.Edition == edition && point.Version <= tail.End);
        if (holds)
        {
            (_edition, _isUnderWay, _isWhole) = (edition, true, true);
        }

        return holds;
    }

    public async IAsyncEnumerable<LinkBatch> ReadAsync(long afterVersion, [EnumeratorCancellation] CancellationToken cancellation)
    {
        for (var next = afterVersion; ;)
        {
            // :: 1
            LinksTail? tail;
            while ((tail = await AskAsync(cancellation)) is null)
            {
                if (TurnsStale() && next > 0 && _isWhole)
                {
                    yield return new LinkBatch([], CaughtUp: true);
                }

                await Task.Delay(Pause, clock, cancellation);
            }

            // :: 2
            var edition = tail.Last!.Value.Edition;
            if (next == 0 || next > tail.End || edition != _edition)
            {
                (_name, _edition, _isUnderWay, _isWhole) = (null, edition, false, false);
                if (next > 0)
                {
                    Log.LinksStartOver(logger, edition);
                    yield return new LinkBatch([], CaughtUp: false, StartsOver: true);
                }

                next = tail.First;
            }

            // :: 3
            using var reader = new EditionReader(
                kafka.OpenReader(LinksTopic.Name, LinksTopic.Partition, next), AskEnd, edition, _isUnderWay, _isWhole, supply, logger);
            while (await Task.Run(reader.Read, cancellation) is { } batch)
            {
                (next, _isUnderWay, _isWhole) = (reader.Next, reader.IsUnderWay, reader.IsWhole);
                _heard = reader.WasHeard ? clock.GetTimestamp() : _heard;
                yield return batch;

                // The reader, who asks for more, has taken the batch in.
                if (batch.CaughtUp)
                {
                    _name = NamePrefix + edition.ToString("x16", CultureInfo.InvariantCulture);
                    TurnFresh();
                }
            }
        }
    }

    private bool IsPatienceOver => clock.GetElapsedTime(_heard ??= clock.GetTimestamp()) >= Patience;

    private static long? EditionOf(string source) =>
        source.StartsWith(NamePrefix, StringComparison.Ordinal)
        && long.TryParse(source.AsSpan(NamePrefix.Length), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var edition) ? edition : null;

    /// <summary>Null when no broker answers, or the topic is not there, or nothing is in it yet: then it has no edition to tell.</summary>
    private async Task<LinksTail?> AskAsync(CancellationToken cancellation)
    {
        _heard ??= clock.GetTimestamp();
        try
        {
            // The client blocks; a process that stops does not wait for it.
            var tail = await Task.Run(() => LinksTopic.ReadTail(kafka, AskLimit, clock), cancellation).WaitAsync(cancellation);
            return tail.Last is null ? null : tail;
        }
        catch (KafkaFailedException failure)
        {
            Log.LinksUnasked(logger, failure);
            return null;
        }
    }

    private long AskEnd() => KafkaTail.Bounds(kafka, LinksTopic.Name, LinksTopic.Partition, AskLimit).End;

    private bool TurnsStale()
    {
        if (supply.IsStale || !IsPatienceOver)
        {
            return false;
        }

        supply.IsStale = true;
        Log.LinksStale(logger, Patience);
        return true;
    }

    private void TurnFresh()
    {
        if (supply.IsStale)
        {
            supply.IsStale = false;
            Log.LinksFresh(logger);
        }
    }
}
