using System.Buffers.Binary;

namespace LinkTracker.Contracts.Clicks;

/// <summary>
/// The bytes of a click, in the log, in a slice and in the store. Version 1, integers little-endian:
/// <code>
///  offset  size  field
///       0     1  version, 1
///       1     1  method
///       2     1  flags
///       3     1  length of language
///       4     1  length of country
///       5     1  length of channel
///       6     1  length of referrer
///       7     2  length of user agent
///       9     8  occurred at, Unix milliseconds
///      17     8  visitor hash
///      25    24  token
///      49     …  language, country, channel, referrer, user agent, one after the other
/// </code>
/// A later version may only append fields behind these: the token stays where it is in every version, so that a program that cannot read
/// a click still knows its link. Golden bytes in the tests hold each version fast.
/// </summary>
public static class ClickCodec
{
    public const byte Version = 1;
    public const int MaxUserAgent = 256;
    public const int MaxReferrer = 200;
    public const int MaxLanguage = 35;
    public const int MaxCountry = 2;
    public const int MaxChannel = 32;

    /// <summary>The most bytes that <see cref="Write"/> writes.</summary>
    public const int MaxLength = HeaderLength + MaxUserAgent + MaxReferrer + MaxLanguage + MaxCountry + MaxChannel;

    private const int HeaderLength = 49;
    private const int TokenOffset = 25;

    /// <summary>Number of bytes that <see cref="Write"/> will write.</summary>
    public static int Measure(in ClickRecord click) =>
        HeaderLength
        + Cut(click.Language, MaxLanguage).Length
        + Cut(click.Country, MaxCountry).Length
        + Cut(click.Channel, MaxChannel).Length
        + Cut(click.Referrer, MaxReferrer).Length
        + Cut(click.UserAgent, MaxUserAgent).Length;

    /// <summary>Writes the click, each text cut to its limit, and returns the number of bytes.</summary>
    public static int Write(in ClickRecord click, Span<byte> destination)
    {
        var language = Cut(click.Language, MaxLanguage);
        var country = Cut(click.Country, MaxCountry);
        var channel = Cut(click.Channel, MaxChannel);
        var referrer = Cut(click.Referrer, MaxReferrer);
        var userAgent = Cut(click.UserAgent, MaxUserAgent);

        destination[0] = Version;
        destination[1] = (byte)click.Method;
        destination[2] = (byte)click.Flags;
        destination[3] = (byte)language.Length;
        destination[4] = (byte)country.Length;
        destination[5] = (byte)channel.Length;
        destination[6] = (byte)referrer.Length;
        BinaryPrimitives.WriteUInt16LittleEndian(destination[7..], (ushort)userAgent.Length);
        BinaryPrimitives.WriteInt64LittleEndian(destination[9..], click.OccurredAtMs);
        BinaryPrimitives.WriteUInt64LittleEndian(destination[17..], click.VisitorHash);
        click.Token.WriteTo(destination[TokenOffset..]);

        var at = HeaderLength;
        Append(language, destination, ref at);
        Append(country, destination, ref at);
        Append(channel, destination, ref at);
        Append(referrer, destination, ref at);
        Append(userAgent, destination, ref at);
        return at;
    }

    /// <summary>
    /// Reads a click whose texts point into <paramref name="source"/>. False when the version is unknown or the
    /// lengths do not add up; whether the bytes are the ones written is for the caller's checksum to say.
    /// </summary>
    public static bool TryRead(ReadOnlySpan<byte> source, out ClickRecord click)
    {
        click = default;
        if (source.Length < HeaderLength || source[0] != Version)
        {
            return false;
        }

        var userAgentLength = BinaryPrimitives.ReadUInt16LittleEndian(source[7..]);
        var total = HeaderLength + source[3] + source[4] + source[5] + source[6] + userAgentLength;
        if (total != source.Length)
        {
            return false;
        }

        click.Method = (ClickMethod)source[1];
        click.Flags = (ClickHints)source[2];
        click.OccurredAtMs = BinaryPrimitives.ReadInt64LittleEndian(source[9..]);
        click.VisitorHash = BinaryPrimitives.ReadUInt64LittleEndian(source[17..]);
        click.Token = ClickToken.ReadFrom(source[TokenOffset..]);

        var texts = source[HeaderLength..];
        click.Language = Take(ref texts, source[3]);
        click.Country = Take(ref texts, source[4]);
        click.Channel = Take(ref texts, source[5]);
        click.Referrer = Take(ref texts, source[6]);
        click.UserAgent = texts;
        return true;
    }

    /// <summary>Reads which link was clicked, whatever the version. False when the bytes are too few for any version.</summary>
    public static bool TryReadLink(ReadOnlySpan<byte> source, out long linkId)
    {
        var isLongEnough = source.Length >= HeaderLength;
        linkId = isLongEnough ? ClickToken.ReadFrom(source[TokenOffset..]).LinkId : 0;
        return isLongEnough;
    }

    /// <summary>The first bytes of a text, as many as a record takes and without half a character at their end.</summary>
    public static ReadOnlySpan<byte> Cut(ReadOnlySpan<byte> text, int max)
    {
        if (text.Length <= max)
        {
            return text;
        }

        // Back to the first byte of a UTF-8 sequence, at most three bytes away, so that no half character is stored. What is
        // no UTF-8 is cut as it comes.
        for (var end = max; end > 0 && max - end <= 3; end--)
        {
            if ((text[end] & 0xC0) != 0x80)
            {
                return text[..end];
            }
        }

        return text[..max];
    }

    private static void Append(ReadOnlySpan<byte> text, Span<byte> destination, ref int at)
    {
        text.CopyTo(destination[at..]);
        at += text.Length;
    }

    private static ReadOnlySpan<byte> Take(scoped ref ReadOnlySpan<byte> rest, int length)
    {
        var taken = rest[..length];
        rest = rest[length..];
        return taken;
    }
}
