using System.Buffers.Binary;

namespace LinkTracker.Contracts.Clicks;

/// <summary>
/// A run of clicks from one log, in log order. It covers the addresses [From, To); what of that is neither a click
/// nor padding is named in <see cref="Damaged"/>.
/// </summary>
/// <remarks>The payload is, for each click: address (8 bytes), length (2 bytes), bytes of the click; little-endian.</remarks>
public sealed record ClickSlice
{
    public required int Partition { get; init; }

    public required ulong Edge { get; init; }

    public required ulong Epoch { get; init; }

    /// <summary>First address covered.</summary>
    public required long From { get; init; }

    /// <summary>The address behind the last byte covered.</summary>
    public required long To { get; init; }

    /// <summary>Where the partition's slice before this one ended; equal to <see cref="From"/> unless slices are missing.</summary>
    public required long Previous { get; init; }

    /// <summary>Number of clicks in the payload.</summary>
    public required int Count { get; init; }

    public required ReadOnlyMemory<byte> Payload { get; init; }

    public IReadOnlyList<DamagedRange> Damaged { get; init; } = [];

    public ClickPosition End => new(Partition, Edge, Epoch, To);

    /// <exception cref="InvalidDataException">While enumerating: the payload ends inside a click.</exception>
    public Enumerator GetEnumerator() => new(Payload.Span);

    /// <summary>Appends one click to a payload that is being built. Returns the bytes used.</summary>
    public static int Append(Span<byte> destination, long address, ReadOnlySpan<byte> click)
    {
        BinaryPrimitives.WriteInt64LittleEndian(destination, address);
        BinaryPrimitives.WriteUInt16LittleEndian(destination[8..], checked((ushort)click.Length));
        click.CopyTo(destination[EntryHeader..]);
        return EntryHeader + click.Length;
    }

    /// <summary>Bytes of the payload in front of each click.</summary>
    public const int EntryHeader = 10;

    public readonly ref struct Entry(long address, ReadOnlySpan<byte> click)
    {
        public long Address { get; } = address;

        public ReadOnlySpan<byte> Click { get; } = click;
    }

    public ref struct Enumerator(ReadOnlySpan<byte> rest)
    {
        private ReadOnlySpan<byte> _rest = rest;

        public Entry Current { get; private set; }

        public bool MoveNext()
        {
            if (_rest.IsEmpty)
            {
                return false;
            }

            var length = _rest.Length < EntryHeader ? int.MaxValue : BinaryPrimitives.ReadUInt16LittleEndian(_rest[8..]);
            if (length > _rest.Length - EntryHeader)
            {
                throw new InvalidDataException("The payload of a slice ends inside a click.");
            }

            Current = new Entry(BinaryPrimitives.ReadInt64LittleEndian(_rest), _rest.Slice(EntryHeader, length));
            _rest = _rest[(EntryHeader + length)..];
            return true;
        }
    }
}

/// <summary>Bytes of a log that should hold clicks and cannot be read as such.</summary>
/// <param name="From">First damaged address.</param>
/// <param name="To">The address behind the damage.</param>
/// <param name="Missing">
/// Number of clicks that are lost, told by the gap in their sequence numbers. Logs tell of them in a range without width, at the address
/// where the gap was noticed.
/// </param>
/// <param name="Reason">For people: what was found.</param>
/// <param name="Bytes">The bytes as found, at most 64 KiB of them; empty when they are gone.</param>
public sealed record DamagedRange(long From, long To, long Missing, string Reason, ReadOnlyMemory<byte> Bytes);
