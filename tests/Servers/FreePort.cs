using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;

namespace LinkTracker.Servers;

/// <summary>
/// Ports for servers that are killed and started again. They are below those the system hands to outgoing connections: while a server
/// is down, one of those could take its port, or a client that calls it again and again could end up connected to itself.
/// </summary>
public static class FreePort
{
    private const int First = 12_000;
    private const int AfterLast = 32_000;

    private static readonly HashSet<int> Given = [];

    /// <summary>A loopback port that was free a moment ago and was not given to anyone else in this process.</summary>
    public static int Next()
    {
        lock (Given)
        {
            while (true)
            {
                var port = RandomNumberGenerator.GetInt32(First, AfterLast);
                if (!Given.Contains(port) && IsFree(port))
                {
                    Given.Add(port);
                    return port;
                }
            }
        }
    }

    private static bool IsFree(int port)
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            socket.Bind(new IPEndPoint(IPAddress.Loopback, port));
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
