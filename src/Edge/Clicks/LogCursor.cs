using System.Buffers.Binary;

namespace LinkTracker.Edge.Clicks;

/// <summary>
/// A place in a log together with what lies before it: how many clicks were read and how many are missing, and the last
/// number of each lane, which tells what is missing behind it.
/// </summary>
internal sealed class LogCursor(long address, bool isComplete)
{
    private const int HeaderLength = 32;

    private ulong[] _lanes = [];

    /// <summary>A cursor at the very start, where every lane begins at 1.</summary>
    public LogCursor()
        : this(LogShape.First, isComplete: true)
    {
    }

    /// <summary>Where reading starts when nothing is known of what lies before.</summary>
    /// <param name="begin">The address from which the log is kept.</param>
    public static LogCursor From(long begin) => begin == LogShape.First ? new LogCursor() : new LogCursor(begin, isComplete: false);

    public long Address { get; set; } = address;

    public long Records { get; private set; }

    public long Missing { get; set; }

    /// <summary>Clicks before this place, whether they could be read or not.</summary>
    public long Total => Records + Missing;

    /// <summary>Whether everything since the start was seen, so that a lane not seen yet must begin at 1.</summary>
    public bool IsComplete { get; } = isComplete;

    /// <summary>False for an entry whose number has already been passed: bytes of another place, come here by damage.</summary>
    public bool IsAhead(ushort lane, ulong sequence) => sequence > Last(lane);

    /// <summary>Moves behind a click and returns how many of its lane are missing before it.</summary>
    public long Pass(ushort lane, ulong sequence, long next)
    {
        var last = Last(lane);
        var gap = last == 0 && !IsComplete ? 0 : (long)(sequence - last - 1);
        if (lane >= _lanes.Length)
        {
            Array.Resize(ref _lanes, lane + 1);
        }

        _lanes[lane] = sequence;
        Records++;
        Missing += gap;
        Address = next;
        return gap;
    }

    public LogCursor Clone() =>
        new(Address, IsComplete) { Records = Records, Missing = Missing, _lanes = (ulong[])_lanes.Clone() };

    /// <summary>Writes as many lanes as there is room for, and returns the bytes used.</summary>
    public int Write(Span<byte> destination)
    {
        var lanes = Math.Min(_lanes.Length, (destination.Length - HeaderLength) / sizeof(ulong));
        var isComplete = IsComplete && lanes == _lanes.Length;
        BinaryPrimitives.WriteInt64LittleEndian(destination, Address);
        BinaryPrimitives.WriteInt64LittleEndian(destination[8..], Records);
        BinaryPrimitives.WriteInt64LittleEndian(destination[16..], Missing);
        BinaryPrimitives.WriteInt32LittleEndian(destination[24..], isComplete ? 1 : 0);
        BinaryPrimitives.WriteInt32LittleEndian(destination[28..], lanes);
        for (var i = 0; i < lanes; i++)
        {
            BinaryPrimitives.WriteUInt64LittleEndian(destination[(HeaderLength + (i * sizeof(ulong)))..], _lanes[i]);
        }

        return HeaderLength + (lanes * sizeof(ulong));
    }

    /// <summary>Reads what <see cref="Write"/> wrote; the caller has checked that the bytes are whole.</summary>
    public static LogCursor Read(ReadOnlySpan<byte> source)
    {
        var lanes = new ulong[BinaryPrimitives.ReadInt32LittleEndian(source[28..])];
        for (var i = 0; i < lanes.Length; i++)
        {
            lanes[i] = BinaryPrimitives.ReadUInt64LittleEndian(source[(HeaderLength + (i * sizeof(ulong)))..]);
        }

        var isComplete = BinaryPrimitives.ReadInt32LittleEndian(source[24..]) == 1;
        return new LogCursor(BinaryPrimitives.ReadInt64LittleEndian(source), isComplete)
        {
            Records = BinaryPrimitives.ReadInt64LittleEndian(source[8..]),
            Missing = BinaryPrimitives.ReadInt64LittleEndian(source[16..]),
            _lanes = lanes,
        };
    }

    private ulong Last(ushort lane) => lane < _lanes.Length ? _lanes[lane] : 0;
}
