using LinkTracker.Contracts.Clicks;

namespace LinkTracker.Aggregator.Counting;

/// <summary>
/// Turns slices into what they change. No clock, no store: the same slices after the same progress give the same
/// batch. For each slice, in order:
/// <code>
///   1  compare with the log's progress   what is covered was counted before, and is skipped
///   2  declare what is missing           a hole in front of the slice, damage inside it
///   3  read each click                   what cannot be read goes to quarantine with its bytes
///   4  classify                          one disposition, the first reason that applies
///   5  count and keep                    every dimension, for the link and for all links; the click itself
/// </code>
/// </summary>
/// <param name="progress">What is stored for each log.</param>
internal sealed class ClickFold(ClickClassifier classifier, VisitorDays visitors, IReadOnlyDictionary<LogKey, LogProgress> progress)
{
    private readonly Dictionary<LogKey, ClickPart> _open = [];

    public CountBatch Batch { get; } = new();

    public void Add(ClickSlice slice) => Add(slice, []);

    /// <summary>Counts a click that went to quarantine, if it can be read by now. To be called in the order of each log's addresses.</summary>
    public void Replay(QuarantineEntry entry)
    {
        var (log, address, bytes) = (entry.Range.Log, entry.Range.From, entry.Range.Bytes);
        if (TryRead(bytes, out var click))
        {
            Count(log, address, click, bytes);
            Record(log, (Batch.Progress.TryGetValue(log, out var pending) ? pending.After : progress[log]).Replay());
            Batch.Replayed.Add(entry.Id);
        }
    }

    /// <summary>
    /// Counts a record that went to quarantine and can be read by now. Later slices have moved the log's progress beyond it: what of
    /// it was never delivered otherwise, and only that, stands in quarantine as a hole, which closes in the same batch.
    /// </summary>
    /// <param name="record">The record's entry.</param>
    /// <param name="slice">What it holds.</param>
    /// <param name="holes">Stored holes, those of the slice's log among them. None of the batch: a batch takes one record.</param>
    public void Replay(QuarantineEntry record, ClickSlice slice, IEnumerable<QuarantineEntry> holes)
    {
        var closed = holes.Where(hole => hole.Range.Overlaps(LogKey.Of(slice), slice.From, slice.To)).ToList();
        Add(slice, [.. closed.Select(hole => hole.Range)]);
        Batch.Replayed.Add(record.Id);
        foreach (var (id, _, hole) in closed)
        {
            Batch.Replayed.Add(id);
            foreach (var rest in (QuarantinedRange[])[hole with { To = slice.From }, hole with { From = slice.To }])
            {
                if (rest.From < rest.To)
                {
                    Batch.Quarantine.Add(rest);
                }
            }
        }
    }

    private void Add(ClickSlice slice, IReadOnlyList<QuarantinedRange> holes)
    {
        // :: 1
        var log = LogKey.Of(slice);
        var state = StateOf(log, slice);
        var covered = state.Next;
        Batch.Clicks += slice.Count;
        if (slice.To <= covered && holes.Count == 0)
        {
            Record(log, state.Skip(slice.Count));
            return;
        }

        // :: 2
        if (slice.From > covered)
        {
            Batch.Quarantine.Add(new QuarantinedRange(
                log, covered, slice.From, 0, "Nothing was delivered for these addresses: clicks in them are lost.", [], QuarantineKind.Hole));
        }

        foreach (var damage in slice.Damaged)
        {
            // A range without width tells what is missing before the click at its address, so it is covered as that click is.
            if (damage.To > covered || (damage.From == damage.To && IsNew(damage.From)) || holes.Any(hole => hole.Overlaps(log, damage.From, damage.To)))
            {
                state = state.Quarantine(damage.Missing);
                Batch.Quarantine.Add(new QuarantinedRange(log, damage.From, damage.To, damage.Missing, damage.Reason, damage.Bytes.ToArray()));
            }
        }

        foreach (var entry in slice)
        {
            state = IsNew(entry.Address) ? AddClick(log, state, entry.Address, entry.Click) : state.Skip(1);
        }

        Record(log, state with { Next = Math.Max(covered, slice.To) });

        bool IsNew(long address) => address >= covered || holes.Any(hole => hole.From <= address && address < hole.To);
    }

    private LogProgress AddClick(LogKey log, LogProgress state, long address, ReadOnlySpan<byte> bytes)
    {
        // :: 3
        if (!TryRead(bytes, out var click))
        {
            Batch.Quarantine.Add(new QuarantinedRange(
                log, address, address + bytes.Length, 1, "This version cannot read the click's bytes.", bytes.ToArray(), QuarantineKind.Click));
            return state.Quarantine(1);
        }

        Count(log, address, click, bytes);
        return state.Apply();
    }

    private void Count(LogKey log, long address, in ClickRecord click, ReadOnlySpan<byte> bytes)
    {
        // :: 4
        var traits = classifier.Classify(click);
        var linkId = click.Token.LinkId;
        var (disposition, unique) = traits.Disposition == Disposition.Valid
            ? visitors.Judge(linkId, click.VisitorHash, click.OccurredAtMs)
            : (traits.Disposition, false);

        // :: 5
        Batch.Count(linkId, click.OccurredAtMs, traits, disposition, unique);
        PartOf(log, address).Add(address, disposition, unique, click, bytes);
    }

    private static bool TryRead(ReadOnlySpan<byte> bytes, out ClickRecord click) =>
        ClickCodec.TryRead(bytes, out click) && click.Token.LinkId > CountKey.AllLinks;

    // A log that was never seen begins where its source says that it begins.
    private LogProgress StateOf(LogKey log, ClickSlice slice)
    {
        if (Batch.Progress.TryGetValue(log, out var pending))
        {
            return pending.After;
        }

        return progress.TryGetValue(log, out var stored) ? stored : new LogProgress(Math.Min(slice.Previous, slice.From), 0, 0, 0, 0);
    }

    private void Record(LogKey log, LogProgress after)
    {
        var before = Batch.Progress.TryGetValue(log, out var pending) ? pending.Before
            : progress.TryGetValue(log, out var stored) ? stored
            : (LogProgress?)null;
        Batch.Progress[log] = (before, after);
    }

    private ClickPart PartOf(LogKey log, long address)
    {
        var window = ClickPart.WindowOf(address);
        if (!_open.TryGetValue(log, out var part) || part.Window != window)
        {
            part = new ClickPart(log, window);
            _open[log] = part;
            Batch.Parts.Add(part);
        }

        return part;
    }
}
