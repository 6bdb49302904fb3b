using System.Text;
using LinkTracker.Contracts.Clicks;
using LinkTracker.Edge.Links;

namespace LinkTracker.Edge.Redirects;

/// <summary>What the visitor's query says to the Edge itself. These parameters end here; all others may travel on.</summary>
internal static class VisitorQuery
{
    /// <summary>Parameters behind this many are dropped, so that one request cannot buy much work.</summary>
    public const int MaxParameters = 256;

    private static ReadOnlySpan<byte> ChannelName => "ch"u8;

    private static ReadOnlySpan<byte> QrName => "qr"u8;

    public static bool IsOurs(ReadOnlySpan<byte> name) =>
        IsChannel(name) || QueryParameters.SameName(name, QrName, ignoreCase: false);

    /// <summary>Writes the channel of <c>ch=</c> in lower case, and returns its length: 0 when there is none of the right form.</summary>
    /// <param name="query">Without the question mark.</param>
    /// <param name="channel">At least <see cref="ClickCodec.MaxChannel"/> bytes.</param>
    /// <param name="hints">Gets <see cref="ClickHints.Qr"/> for <c>qr=1</c>.</param>
    public static int Read(ReadOnlySpan<byte> query, Span<byte> channel, ref ClickHints hints)
    {
        var length = 0;
        var left = MaxParameters;
        foreach (var parameter in new QueryParameters(query))
        {
            if (left-- == 0)
            {
                break;
            }

            var name = QueryParameters.NameOf(parameter);
            var value = QueryParameters.ValueOf(parameter);
            if (IsChannel(name))
            {
                length = length > 0 ? length : WriteChannel(value, channel);
            }
            else if (value.SequenceEqual("1"u8) && IsOurs(name))
            {
                hints |= ClickHints.Qr;
            }
        }

        return length;
    }

    private static bool IsChannel(ReadOnlySpan<byte> name) => QueryParameters.SameName(name, ChannelName, ignoreCase: false);

    private static int WriteChannel(ReadOnlySpan<byte> value, Span<byte> channel) =>
        value.Length <= ClickCodec.MaxChannel
        && Ascii.ToLower(value, channel, out var written) == System.Buffers.OperationStatus.Done
        && Channels.IsValid(channel[..written])
            ? written
            : 0;
}
