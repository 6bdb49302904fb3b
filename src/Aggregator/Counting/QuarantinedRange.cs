namespace LinkTracker.Aggregator.Counting;

/// <summary>What stands in quarantine. The numbers are in the store: add, never change.</summary>
internal enum QuarantineKind : byte
{
    /// <summary>Bytes of a log that are no whole click, or none at all.</summary>
    Damage = 0,

    /// <summary>The bytes are one click, whole as the log delivered it.</summary>
    Click = 1,

    /// <summary>The bytes are one record of a partition, whole as the broker delivered it; what log it is of cannot be told.</summary>
    Record = 2,

    /// <summary>Addresses of a log that were never delivered. No click of them is counted.</summary>
    Hole = 3,
}

/// <summary>What could not be counted, kept for people and for a later replay.</summary>
/// <param name="From">First address; of a record its offset.</param>
/// <param name="To">The address behind it.</param>
/// <param name="Missing">Clicks lost in it; 0 when nobody knows.</param>
/// <param name="Reason">For people: what was found.</param>
/// <param name="Bytes">What was found there; empty when it is gone.</param>
internal sealed record QuarantinedRange(LogKey Log, long From, long To, long Missing, string Reason, byte[] Bytes, QuarantineKind Kind = QuarantineKind.Damage)
{
    /// <summary>A record that cannot be decoded. It has no log: edge 0, and the era of its offset in place of an epoch.</summary>
    public static QuarantinedRange OfRecord(int partition, PartitionPosition at, string reason, byte[] bytes) =>
        new(new LogKey(partition, 0, (ulong)at.Era), at.Offset, at.Offset + 1, 0, reason, bytes, QuarantineKind.Record);

    public bool Overlaps(LogKey log, long from, long to) => Log == log && From < to && from < To;
}

/// <summary>What is kept in quarantine.</summary>
/// <param name="AtMs">When it went there, in Unix milliseconds.</param>
internal sealed record QuarantineEntry(long Id, long AtMs, QuarantinedRange Range)
{
    public bool IsReplayable => Range.Kind is QuarantineKind.Click or QuarantineKind.Record && Range.Bytes.Length > 0;
}
