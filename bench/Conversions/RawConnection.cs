using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace LinkTracker.Conversions;

/// <summary>A connection that stays open and has one request under way. Of an answer it reads the status, and where it ends.</summary>
internal sealed class RawConnection : IDisposable
{
    private const int StatusAt = 9;

    private readonly Socket _socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
    private readonly byte[] _answer = new byte[16 * 1024];

    public static async Task<RawConnection> OpenAsync(Uri api)
    {
        var connection = new RawConnection();
        await connection._socket.ConnectAsync(new IPEndPoint(IPAddress.Loopback, api.Port));
        return connection;
    }

    /// <exception cref="InvalidOperationException">The answer is no success; the message has it.</exception>
    public async ValueTask SendAsync(ReadOnlyMemory<byte> request)
    {
        _ = await _socket.SendAsync(request);
        var length = 0;
        do
        {
            var read = await _socket.ReceiveAsync(_answer.AsMemory(length));
            Demand.Holds(read > 0, "the server closed a connection");
            length += read;
        }
        while (!IsWhole(_answer.AsSpan(0, length)));
        Demand.Holds(_answer[StatusAt] == '2', Encoding.UTF8.GetString(_answer, 0, length));
    }

    public void Dispose() => _socket.Dispose();

    private static bool IsWhole(ReadOnlySpan<byte> answer)
    {
        var head = answer.IndexOf("\r\n\r\n"u8);
        if (head < 0)
        {
            return false;
        }

        var body = answer[(head + 4)..];
        var field = answer[..head].IndexOf("\r\nContent-Length: "u8);
        if (field < 0)
        {
            return body.EndsWith("\r\n0\r\n\r\n"u8);
        }

        var value = answer[(field + "\r\nContent-Length: "u8.Length)..(head + 2)];
        return body.Length == int.Parse(value[..value.IndexOf((byte)'\r')], CultureInfo.InvariantCulture);
    }
}
