using System.Buffers;
using LinkTracker.Contracts.Clicks;

namespace LinkTracker.Edge.Links;

/// <summary>The form of channel names, of links and of <c>?ch=</c>.</summary>
internal static class Channels
{
    private static readonly SearchValues<char> Allowed = SearchValues.Create("abcdefghijklmnopqrstuvwxyz0123456789-_");
    private static readonly SearchValues<byte> AllowedBytes = SearchValues.Create("abcdefghijklmnopqrstuvwxyz0123456789-_"u8);

    public static bool IsValid(string text) =>
        text.Length is > 0 and <= ClickCodec.MaxChannel && !text.AsSpan().ContainsAnyExcept(Allowed);

    public static bool IsValid(ReadOnlySpan<byte> text) =>
        text.Length is > 0 and <= ClickCodec.MaxChannel && !text.ContainsAnyExcept(AllowedBytes);
}
