using System.Globalization;
using System.Text;

namespace LinkTracker.Edge.FastLane;

/// <summary>The Date of answers (RFC 9110, section 6.6.1), written once a second. A fresh one is published whole, so nobody reads half of it.</summary>
internal sealed class DateHeader
{
    private Second _now = new(-1);

    /// <summary>Such as <c>Thu, 26 Nov 2026 04:05:06 GMT</c>.</summary>
    public ReadOnlySpan<byte> At(long unixMs)
    {
        var now = Volatile.Read(ref _now);
        var second = unixMs / 1_000;
        if (now.Unix != second)
        {
            now = new Second(second);
            Volatile.Write(ref _now, now);
        }

        return now.Text;
    }

    private sealed class Second(long unix)
    {
        public long Unix { get; } = unix;

        public byte[] Text { get; } = Encoding.ASCII.GetBytes(DateTimeOffset.FromUnixTimeSeconds(unix).ToString("r", CultureInfo.InvariantCulture));
    }
}
