namespace LinkTracker.Aggregator.Imports;

/// <summary>Splits a stream into lines, in a buffer that never grows beyond the longest row allowed.</summary>
internal sealed class LineReader(Stream stream)
{
    private byte[] _buffer = new byte[1 << 16];
    private int _from;
    private int _to;
    private bool _atStart = true;
    private bool _ended;

    /// <summary>Whether the line that was read last is longer than allowed; there is no line behind it then.</summary>
    public bool IsTooLong { get; private set; }

    /// <summary>The next line without its line feed, in memory that the next call reuses. False at the end.</summary>
    public bool TryRead(out ReadOnlyMemory<byte> line)
    {
        var scanned = 0;
        while (true)
        {
            var end = _buffer.AsSpan(_from + scanned, _to - _from - scanned).IndexOf((byte)'\n');
            if (end >= 0 || (_ended && _to > _from))
            {
                var length = end >= 0 ? scanned + end : _to - _from;
                line = WithoutMark(_buffer.AsMemory(_from, length));
                _from += length + (end >= 0 ? 1 : 0);
                return true;
            }

            scanned = _to - _from;
            if (_ended || scanned > ImportItem.MaxLength)
            {
                line = default;
                IsTooLong = !_ended;
                return IsTooLong;
            }

            Fill();
        }
    }

    private void Fill()
    {
        if (_from > 0)
        {
            _buffer.AsSpan(_from, _to - _from).CopyTo(_buffer);
            (_from, _to) = (0, _to - _from);
        }

        if (_to == _buffer.Length)
        {
            Array.Resize(ref _buffer, _buffer.Length * 2);
        }

        var read = stream.Read(_buffer, _to, _buffer.Length - _to);
        _to += read;
        _ended = read == 0;
    }

    // Some editors begin UTF-8 with a byte order mark.
    private ReadOnlyMemory<byte> WithoutMark(ReadOnlyMemory<byte> line)
    {
        var hasMark = _atStart && line.Span.StartsWith((ReadOnlySpan<byte>)[0xEF, 0xBB, 0xBF]);
        _atStart = false;
        return hasMark ? line[3..] : line;
    }
}
