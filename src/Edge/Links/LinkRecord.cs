using System.Buffers.Binary;
using System.Text;
using LinkTracker.Contracts.Links;

namespace LinkTracker.Edge.Links;

/// <summary>
/// A link as the table keeps it. Integers little-endian:
/// <code>
///  offset  size  field
///       0     8  link id
///       8     8  expires at, Unix milliseconds; the greatest number: never
///      16     1  flags: 1 tracks conversions, 2 disabled, then two bits of status and two bits of query policy
///      17     1  length of channel
///      18     2  length of url
///      20     2  length of expired url
///      22     2  length of place: 0 when the code holds the key itself
///      24     …  place (domain number, 4 bytes, and key), channel, expired url, url
/// </code>
/// Snapshots hold it, too: a new form needs a new version of theirs (<see cref="SnapshotHeader"/>).
/// </summary>
internal readonly ref struct LinkRecord(ReadOnlySpan<byte> bytes)
{
    /// <summary>190 characters, each of at most four bytes.</summary>
    public const int MaxKeyBytes = ShortCode.MaxKeyLength * 4;

    private const int HeaderLength = 24;
    private const int PlaceHeader = 4;
    private static readonly int[] Statuses = [302, 301, 307, 308];

    private readonly ReadOnlySpan<byte> _bytes = bytes;

    public long Id => BinaryPrimitives.ReadInt64LittleEndian(_bytes);

    public long ExpiresAtMs => BinaryPrimitives.ReadInt64LittleEndian(_bytes[8..]);

    public bool TrackConversion => (_bytes[16] & 1) != 0;

    public bool Disabled => (_bytes[16] & 2) != 0;

    public int Status => Statuses[(_bytes[16] >> 2) & 3];

    public QueryPolicy QueryPolicy => (QueryPolicy)((_bytes[16] >> 4) & 3);

    public ReadOnlySpan<byte> Channel => _bytes.Slice(HeaderLength + PlaceLength, _bytes[17]);

    public ReadOnlySpan<byte> ExpiredUrl => _bytes.Slice(_bytes.Length - UrlLength - ExpiredUrlLength, ExpiredUrlLength);

    public ReadOnlySpan<byte> Url => _bytes[^UrlLength..];

    /// <summary>The key of a hashed code; empty for an inline one.</summary>
    public ReadOnlySpan<byte> HashedKey => PlaceLength == 0 ? [] : _bytes.Slice(HeaderLength + PlaceHeader, PlaceLength - PlaceHeader);

    /// <summary>The domain's number of a hashed code.</summary>
    public int HashedDomain => BinaryPrimitives.ReadInt32LittleEndian(_bytes[HeaderLength..]);

    private int UrlLength => BinaryPrimitives.ReadUInt16LittleEndian(_bytes[18..]);

    private int ExpiredUrlLength => BinaryPrimitives.ReadUInt16LittleEndian(_bytes[20..]);

    private int PlaceLength => BinaryPrimitives.ReadUInt16LittleEndian(_bytes[22..]);

    /// <summary>Whether this is the link of that place, not one whose long key has the same hash.</summary>
    public bool IsAt(Code16 code, int domain, ReadOnlySpan<byte> key) =>
        !code.IsHashed
        || (HashedDomain == domain && HashedKey.SequenceEqual(key));

    /// <summary>
    /// Whether a record can hold the link. A source has checked all this; the table looks once more, because what it
    /// takes in goes into a header of every answer.
    /// </summary>
    public static bool CanHold(LinkState link) =>
        IsTarget(link.Url)
        && (link.ExpiredUrl is null || IsTarget(link.ExpiredUrl))
        && (link.Channel is null || (link.Channel.Length <= Contracts.Clicks.ClickCodec.MaxChannel && Ascii.IsValid(link.Channel)))
        && Array.IndexOf(Statuses, link.RedirectStatus) >= 0
        && Enum.IsDefined(link.QueryPolicy);

    public static int Measure(LinkState link, Code16 code, ReadOnlySpan<byte> key) =>
        HeaderLength + (code.IsHashed ? PlaceHeader + key.Length : 0)
        + (link.Channel?.Length ?? 0) + (link.ExpiredUrl?.Length ?? 0) + link.Url.Length;

    /// <summary>Writes the record of a link that <see cref="CanHold"/>, into exactly as many bytes as measured.</summary>
    public static void Write(LinkState link, Code16 code, int domain, ReadOnlySpan<byte> key, Span<byte> bytes)
    {
        var place = code.IsHashed ? PlaceHeader + key.Length : 0;
        BinaryPrimitives.WriteInt64LittleEndian(bytes, link.Id);
        BinaryPrimitives.WriteInt64LittleEndian(bytes[8..], link.ExpiresAt?.ToUnixTimeMilliseconds() ?? long.MaxValue);
        bytes[16] = (byte)((link.TrackConversion ? 1 : 0) | (link.Disabled ? 2 : 0)
            | (Array.IndexOf(Statuses, link.RedirectStatus) << 2) | ((int)link.QueryPolicy << 4));
        bytes[17] = (byte)(link.Channel?.Length ?? 0);
        BinaryPrimitives.WriteUInt16LittleEndian(bytes[18..], (ushort)link.Url.Length);
        BinaryPrimitives.WriteUInt16LittleEndian(bytes[20..], (ushort)(link.ExpiredUrl?.Length ?? 0));
        BinaryPrimitives.WriteUInt16LittleEndian(bytes[22..], (ushort)place);

        var rest = bytes[HeaderLength..];
        if (place > 0)
        {
            BinaryPrimitives.WriteInt32LittleEndian(rest, domain);
            key.CopyTo(rest[PlaceHeader..]);
            rest = rest[place..];
        }

        Append(link.Channel, ref rest);
        Append(link.ExpiredUrl, ref rest);
        Append(link.Url, ref rest);
    }

    private static bool IsTarget(string url) =>
        url.Length is > 0 and <= TargetUrl.MaxLength && !url.AsSpan().ContainsAnyExceptInRange('!', '~');

    private static void Append(string? text, ref Span<byte> rest)
    {
        rest = rest[Encoding.ASCII.GetBytes(text ?? "", rest)..];
    }
}
