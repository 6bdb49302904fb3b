using System.Runtime.ExceptionServices;
using LinkTracker.Contracts.Clicks;
using LinkTracker.Edge.Clicks;
using LinkTracker.Kafka;

namespace LinkTracker.Edge.Shipping;

/// <summary>
/// Ships the log through one sender, from what was acknowledged on, until a failure or the end. Two loops; the first sends:
/// <code>
///   1  read        a slice of the log, behind what the shipped files say
///   2  sort        into a slice for each partition that has clicks in it
///   3  hand over   while the client has room; without, wait until it has
///   4  gather      for 5 ms, unless the slice was full already
/// </code>
/// the second settles:
/// <code>
///   5  save        the acknowledged prefix and the chains, on the disk
///   6  release     the log up to there
/// </code>
/// A failure of one ends both: the order is lost, and what was not saved is sent again by the next shipment. Whoever counts knows by the
/// positions what it has already.
/// </summary>
internal sealed class Shipment(ClickLog log, KafkaSender sender, string topic, int partitions, ShippingFigures figures, TimeProvider clock)
{
    /// <summary>Slices on their way until Kafka has taken some: what it refuses for good is tried again and again, and is not to be much.</summary>
    private const int FirstSlices = 16;

    /// <summary>Slices on their way from then on. Full ones fill the client before that; as many places the log can release one by one.</summary>
    private const int MaxSlices = 4_096;

    /// <summary>A slice with more clicks than that is not worth waiting for others.</summary>
    private const int FullPayload = SliceReader.MaxPayload / 2;

    private static readonly TimeSpan Gathering = TimeSpan.FromMilliseconds(5);

    /// <summary>One sync of the file for everything acknowledged meanwhile.</summary>
    private static readonly TimeSpan Settling = TimeSpan.FromMilliseconds(100);

    /// <summary>Long enough to be told of every record that a failed client gives back.</summary>
    private static readonly TimeSpan LastWait = TimeSpan.FromSeconds(1);

    private readonly InFlight _inFlight = new(clock) { Capacity = FirstSlices };
    private readonly SliceSorter _sorter = new(partitions);
    private readonly List<ShippedFile> _files = [];
    private ulong? _epoch;
    private long[] _chain = [];

    /// <summary>Whether the log was released by some of it.</summary>
    public bool HasAdvanced { get; private set; }

    /// <summary>Never returns without an exception: the failure, or the cancellation.</summary>
    /// <exception cref="KafkaFailedException">A record was not taken, or the sender is of no use any more.</exception>
    /// <exception cref="IOException">The log could not be read, or the acknowledged prefix not be saved.</exception>
    public async Task RunAsync(CancellationToken cancellation)
    {
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        figures.Follow(_inFlight);
        try
        {
            // The first loop may have no reason to wait for a long time.
            var (sending, settling) = (Task.Run(() => SendAsync(ending.Token), CancellationToken.None), SettleAsync(ending.Token));
            var first = await Task.WhenAny(sending, settling);
            await ending.CancelAsync();
            await Task.WhenAll(sending, settling).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);

            // What was acknowledged need not be sent again, whatever happened to the rest.
            await Task.Run(() => sender.TryFlush(LastWait), CancellationToken.None);
            Settle();
            await first;
        }
        finally
        {
            figures.Follow(null);
            _files.ForEach(file => file.Dispose());
        }
    }

    private async Task SendAsync(CancellationToken cancellation)
    {
        // :: 1
        var positions = ShippedFile.Positions(log.Epochs, log.Disk, partitions);
        await foreach (var slice in log.Source.ReadAsync(positions, cancellation))
        {
            // :: 2
            var sorted = _sorter.Sort(slice.Epoch == _epoch ? slice : Enter(slice), _chain);

            // :: 3
            await UntilAsync(() => !_inFlight.IsFull, cancellation);
            var outstanding = new OutstandingSlice(_files[^1], slice.End, [.. sorted.Select(part => part.Partition)]);
            _inFlight.Add(outstanding);
            foreach (var part in sorted)
            {
                var record = SliceCodec.Write(part);
                await UntilAsync(() => sender.TrySend(topic, part.Partition, key: null, record, outcome => Note(outstanding, outcome)), cancellation);
                figures.Send();
            }

            // :: 4
            if (slice.Payload.Length < FullPayload)
            {
                await Task.Delay(Gathering, clock, cancellation);
            }
        }
    }

    /// <summary>
    /// The first slice of a log, in this shipment: the chains go on where they were saved, or begin. Then the slice tells, too, of what the log
    /// forgot before it was ever sent, as that of an Edge does that ran alone before.
    /// </summary>
    private ClickSlice Enter(ClickSlice slice)
    {
        var epoch = log.Epochs.First(epoch => epoch.Id == slice.Epoch);
        var file = new ShippedFile(epoch.Folder, epoch.Id, log.Disk);
        _files.Add(file);
        var isNew = file.Ends.Count == 0;
        if (isNew)
        {
            file.Begin(partitions);
        }

        _epoch = slice.Epoch;
        _chain = [.. file.Ends];
        return isNew ? slice with { Previous = LogShape.First } : slice;
    }

    /// <summary>Tries again whenever a record is done.</summary>
    private async Task UntilAsync(Func<bool> attempt, CancellationToken cancellation)
    {
        while (true)
        {
            var changed = _inFlight.Changed;
            ThrowIfFailed();
            if (attempt())
            {
                return;
            }

            await changed.WaitAsync(cancellation);
        }
    }

    // On a thread of the client, which must come back soon.
    private void Note(OutstandingSlice slice, SendOutcome outcome)
    {
        if (outcome.Failure is { } failure)
        {
            figures.Fail();
            _inFlight.Fail(failure);
        }
        else
        {
            figures.Acknowledge();
            _inFlight.Acknowledge(slice);
        }
    }

    private async Task SettleAsync(CancellationToken cancellation)
    {
        while (true)
        {
            var changed = _inFlight.Changed;
            Settle();
            ThrowIfFailed();
            await changed.WaitAsync(cancellation);
            await Task.Delay(Settling, clock, cancellation);
        }
    }

    private void Settle()
    {
        foreach (var slices in _inFlight.TakeAcknowledged().GroupBy(slice => slice.Log))
        {
            // :: 5
            foreach (var slice in slices)
            {
                slices.Key.Advance(slice);
            }

            slices.Key.Save();

            // :: 6
            log.Source.Release(slices.Last().End);
            figures.Recover();
            _inFlight.Capacity = MaxSlices;
            HasAdvanced = true;
        }
    }

    private void ThrowIfFailed()
    {
        if (_inFlight.Failure is { } failure)
        {
            ExceptionDispatchInfo.Throw(failure);
        }
    }
}
