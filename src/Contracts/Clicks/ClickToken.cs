using System.Buffers.Binary;
using System.Buffers.Text;
using System.Diagnostics.CodeAnalysis;

namespace LinkTracker.Contracts.Clicks;

/// <summary>
/// The click id as it travels in a URL: the link in clear, and one enciphered block that holds the rest of the
/// click's identity and 48 check bits. 24 bytes, written as exactly 32 characters of base64url. 24 bytes fill those
/// characters completely, so there is one spelling only and any other is refused.
/// </summary>
/// <param name="LinkId">The link that was clicked.</param>
/// <param name="Sealed">The enciphered block; opaque without the installation's secret.</param>
public readonly record struct ClickToken(long LinkId, UInt128 Sealed)
{
    public const int ByteLength = 24;
    public const int TextLength = 32;

    /// <summary>Writes the 24 bytes, big-endian.</summary>
    public void WriteTo(Span<byte> destination)
    {
        BinaryPrimitives.WriteInt64BigEndian(destination, LinkId);
        BinaryPrimitives.WriteUInt128BigEndian(destination[8..], Sealed);
    }

    /// <summary>Reads the 24 bytes that <see cref="WriteTo"/> wrote.</summary>
    public static ClickToken ReadFrom(ReadOnlySpan<byte> source) =>
        new(BinaryPrimitives.ReadInt64BigEndian(source), BinaryPrimitives.ReadUInt128BigEndian(source[8..]));

    /// <summary>Writes the 32 ASCII characters of the URL form.</summary>
    public void FormatUtf8(Span<byte> destination)
    {
        Span<byte> bytes = stackalloc byte[ByteLength];
        WriteTo(bytes);
        Base64Url.EncodeToUtf8(bytes, destination, out _, out _);
    }

    /// <summary>Reads the URL form. False unless the text has exactly 32 characters of the base64url alphabet.</summary>
    public static bool TryParse([NotNullWhen(true)] string? text, out ClickToken token)
    {
        token = default;
        Span<byte> bytes = stackalloc byte[ByteLength];
        if (text is not { Length: TextLength } || text.AsSpan().ContainsAnyExcept(UrlAlphabet)
            || !Base64Url.TryDecodeFromChars(text, bytes, out var written) || written != ByteLength)
        {
            return false;
        }

        token = ReadFrom(bytes);
        return true;
    }

    public override string ToString()
    {
        Span<byte> bytes = stackalloc byte[ByteLength];
        WriteTo(bytes);
        return Base64Url.EncodeToString(bytes);
    }

    // The decoder skips white space; a token with some would be a second spelling.
    private static readonly System.Buffers.SearchValues<char> UrlAlphabet =
        System.Buffers.SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_");
}
