using System.Net.Sockets;
using System.Text;

namespace LinkTracker.EndToEnd.Tests;

/// <summary>
/// One connection that clicks a link in a closed loop, on a bare socket: an HTTP client would hide a connection that ended with a
/// request unanswered, and try again on another.
/// </summary>
internal sealed class KeepAliveVisitor(Uri edge, string key) : IDisposable
{
    private static ReadOnlySpan<byte> EndOfHead => "\r\n\r\n"u8;

    private readonly Socket _socket = new(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
    private readonly byte[] _request = Encoding.ASCII.GetBytes(
        $"GET /{key} HTTP/1.1\r\nHost: {edge.Authority}\r\nUser-Agent: {Clicker.Chrome}\r\nAccept-Language: en\r\n\r\n");

    private readonly byte[] _answer = new byte[8_192];
    private long _answered;

    public long Answered => Volatile.Read(ref _answered);

    /// <summary>What was wrong with the last answer, or with the end of the connection behind it; null: nothing.</summary>
    public string? Fault { get; private set; }

    public Task ConnectAsync() => _socket.ConnectAsync(edge.Host, edge.Port);

    /// <summary>Bytes of an answer that did not arrive whole.</summary>
    public int Received { get; private set; }

    /// <summary>Clicks until the server says that an answer is the connection's last.</summary>
    public async Task ClickUntilClosedAsync()
    {
        while (await TryClickAsync())
        {
            if (IsLast())
            {
                await EndAsync();
                return;
            }
        }
    }

    /// <summary>Clicks once; false when no whole redirect came back.</summary>
    public async Task<bool> TryClickAsync()
    {
        Received = 0;
        try
        {
            _ = await _socket.SendAsync(_request);
            while (!_answer.AsSpan(0, Received).EndsWith(EndOfHead))
            {
                if (await ReceiveAsync(Received) is var read && read == 0)
                {
                    Fault = $"ended after {Answered} answers with '{Text()}'";
                    return false;
                }

                Received += read;
            }
        }
        catch (SocketException e)
        {
            Fault = $"{e.SocketErrorCode} after {Answered} answers with '{Text()}'";
            return false;
        }

        var isRedirect = _answer.AsSpan().StartsWith("HTTP/1.1 302 Found\r\n"u8);
        Fault = isRedirect ? null : Text();
        Interlocked.Add(ref _answered, isRedirect ? 1 : 0);
        return isRedirect;
    }

    public void Dispose() => _socket.Dispose();

    private async Task EndAsync()
    {
        try
        {
            Fault = await ReceiveAsync(Received) == 0 ? null : "bytes behind the last answer";
        }
        catch (SocketException e)
        {
            Fault = $"{e.SocketErrorCode} behind the last answer";
        }
    }

    private bool IsLast() => Text().Contains("\r\nConnection: close\r\n", StringComparison.Ordinal);

    private string Text() => Encoding.ASCII.GetString(_answer, 0, Received);

    private ValueTask<int> ReceiveAsync(int at) => _socket.ReceiveAsync(_answer.AsMemory(at));
}
