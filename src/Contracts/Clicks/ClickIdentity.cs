namespace LinkTracker.Contracts.Clicks;

/// <summary>
/// What makes a click's token unique: the time, and a sequence number within one start of one edge.
/// The time also dates the click for attribution, without any look-up.
/// </summary>
/// <param name="OccurredAtMs">Unix time in milliseconds; 40 bits from 2026-01-01, which last until 2060.</param>
/// <param name="Edge">The low 14 bits of the edge id.</param>
/// <param name="Boot">The low 10 bits of the number of starts of that edge.</param>
/// <param name="Sequence">Counts the tokens of one start; it may wrap, because the time moves on meanwhile.</param>
public readonly record struct ClickIdentity(long OccurredAtMs, ushort Edge, ushort Boot, ushort Sequence)
{
    /// <summary>2026-01-01T00:00:00Z in Unix milliseconds.</summary>
    public const long EpochMs = 1_767_225_600_000;

    public const int TimeBits = 40;
    public const int EdgeBits = 14;
    public const int BootBits = 10;
    public const int SequenceBits = 16;

    /// <summary>The low 80 bits of a block. Fields are cut to their width.</summary>
    internal UInt128 Pack() =>
        ((UInt128)((ulong)(OccurredAtMs - EpochMs) & Mask(TimeBits)) << (EdgeBits + BootBits + SequenceBits))
        | ((UInt128)(Edge & Mask(EdgeBits)) << (BootBits + SequenceBits))
        | ((UInt128)(Boot & Mask(BootBits)) << SequenceBits)
        | Sequence;

    internal static ClickIdentity Unpack(UInt128 packed) => new(
        (long)((ulong)(packed >> (EdgeBits + BootBits + SequenceBits)) & Mask(TimeBits)) + EpochMs,
        (ushort)((ulong)(packed >> (BootBits + SequenceBits)) & Mask(EdgeBits)),
        (ushort)((ulong)(packed >> SequenceBits) & Mask(BootBits)),
        (ushort)packed);

    private static ulong Mask(int bits) => (1UL << bits) - 1;
}
