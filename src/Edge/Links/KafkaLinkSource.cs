using System.Globalization;
using System.Runtime.CompilerServices;
using LinkTracker.Contracts.Links;
using LinkTracker.Kafka;

namespace LinkTracker.Edge.Links;

/// <summary>
/// Links from the topic that the Aggregators publish. A change's version is the offset of its record, plus 1. What was read holds as
/// long as the topic has the same edition: one that was made anew has another, and so has one that did not fit the database any more.
/// <code>
///   1  ask the topic for its edition   again and again; after ten seconds without an answer the table is stale, and serves what it had
///   2  go on, or start over            behind the version if the edition is the same, else from the beginning
///   3  read                            until another edition begins, or the broker is gone
/// </code>
/// After a restart, an edition that is not complete within those ten seconds does not keep an older one in the snapshot from being served.
/// </summary>
internal sealed class KafkaLinkSource(KafkaConnection kafka, LinkSupply supply, TimeProvider clock, ILogger<KafkaLinkSource> logger) : ILinkSource
{
    private const string NamePrefix = "kafka ";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan AskLimit = TimeSpan.FromSeconds(3);

    // Once patience is over there is no hurry, and a slow network is no reason to hear nothing for ever.
    private static readonly TimeSpan StaleAskLimit = TimeSpan.FromSeconds(30);

    // Of the edition that is read. Under way: something of it was. Whole: the record that says so was met, and more may stand behind it.
    private long? _edition;
    private bool _isUnderWay;
    private bool _isWhole;

    // Of what the reader has. Servable: everything, as it was at some moment, of this edition or the one before. Ready: told so.
    private bool _isServable;
    private bool _isReady;
    private long? _heard;
    private volatile string? _name;

    // A snapshot would hide what could not be read: its version says that it was.
    public string? Name => supply.Unreadable == 0 ? _name : null;

    /// <summary>True for a point in any edition: until the topic has told of all links, those of an earlier edition are better than none.</summary>
    public Task<bool> HoldsAsync(LinkPoint point, CancellationToken cancellation)
    {
        var edition = EditionOf(point.Source);
        (_edition, _isUnderWay, _isWhole) = (edition, edition is not null, edition is not null);
        return Task.FromResult(edition is not null);
    }

    public async IAsyncEnumerable<LinkBatch> ReadAsync(long afterVersion, [EnumeratorCancellation] CancellationToken cancellation)
    {
        if (_heard is null)
        {
            // The first call has a version only if a snapshot was restored.
            (_heard, _isServable) = (clock.GetTimestamp(), afterVersion > 0);
        }

        for (var next = afterVersion; ;)
        {
            // :: 1
            LinksTail? tail = null;
            while (tail is null)
            {
                if (TurnsStale() && _isServable)
                {
                    _isReady = true;
                    yield return new LinkBatch([], CaughtUp: false, MayServe: true);
                }

                if ((tail = await AskAsync(cancellation)) is null)
                {
                    await Task.Delay(Pause, clock, cancellation);
                }
            }

            // :: 2
            var edition = tail.Last!.Value.Edition;
            if (next == 0 || next < tail.First || next > tail.End || edition != _edition)
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
                _heard = reader.WasHeard && (_isReady || !_isServable) ? clock.GetTimestamp() : _heard;
                var mayServe = !batch.CaughtUp && TurnsStale() && _isServable;
                yield return batch with { MayServe = mayServe };

                // The reader, who asks for more, has taken the batch in.
                _isReady |= mayServe;
                if (batch.CaughtUp)
                {
                    Completes(edition);
                }
            }

            // Whatever ended it, a topic that cannot be read is not asked without a break.
            await Task.Delay(Pause, clock, cancellation);
        }
    }

    private TimeSpan PatienceLeft => Patience - clock.GetElapsedTime(_heard!.Value);

    private static long? EditionOf(string source) =>
        source.StartsWith(NamePrefix, StringComparison.Ordinal)
        && long.TryParse(source.AsSpan(NamePrefix.Length), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var edition) ? edition : null;

    /// <summary>Null when no broker answers, or the topic is not there, or nothing is in it yet: then it has no edition to tell.</summary>
    private async Task<LinksTail?> AskAsync(CancellationToken cancellation)
    {
        var limit = PatienceLeft is var left && left > TimeSpan.Zero && left < AskLimit ? left : supply.IsStale ? StaleAskLimit : AskLimit;
        try
        {
            // The client blocks; a process that stops does not wait for it.
            var tail = await Task.Run(() => LinksTopic.ReadTail(kafka, limit, clock), cancellation).WaitAsync(cancellation);
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
        if (supply.IsStale || PatienceLeft > TimeSpan.Zero)
        {
            return false;
        }

        supply.IsStale = true;
        Log.LinksStale(logger, Patience);
        return true;
    }

    /// <summary>Everything that the edition has was taken in.</summary>
    private void Completes(long edition)
    {
        (_isServable, _isReady) = (true, true);
        _name = NamePrefix + edition.ToString("x16", CultureInfo.InvariantCulture);
        if (supply.IsStale)
        {
            supply.IsStale = false;
            Log.LinksFresh(logger);
        }
    }
}
