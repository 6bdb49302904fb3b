using System.IO.Pipelines;
using System.Net;
using System.Text;
using LinkTracker.Edge.Tests.Redirects;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;

namespace LinkTracker.Edge.Tests.FastLane;

/// <summary>
/// A connection without a socket, so that a test decides what comes in one piece, and when a second passes. Behind the fast lane stands
/// a pipeline that only keeps what it is handed.
/// </summary>
internal sealed class TestConnection : IConnectionHeartbeatFeature, IConnectionLifetimeNotificationFeature, IAsyncDisposable
{
    private readonly Pipe _in;
    private readonly Pipe _out;
    private readonly DefaultConnectionContext _context;
    private readonly CancellationTokenSource _stopping = new();
    private readonly TaskCompletionSource _aborted = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Action<object>? _heartbeat;
    private object? _heartbeatState;

    public TestConnection(EdgeProbe edge, long pauseWriter = 64 << 10)
    {
        // All in line: when a test has sent, everything that follows has happened, up to a wait for the log.
        var memory = edge.Service<IMemoryPoolFactory<byte>>().Create();
        PipeOptions Options(long pause) => new(
            memory, readerScheduler: PipeScheduler.Inline, writerScheduler: PipeScheduler.Inline, useSynchronizationContext: false,
            pauseWriterThreshold: pause, resumeWriterThreshold: pause / 2);
        (_in, _out) = (new Pipe(Options(0)), new Pipe(Options(pauseWriter)));
        _context = new DefaultConnectionContext("test", new Duplex(_in.Reader, _out.Writer), new Duplex(_out.Reader, _in.Writer))
        {
            RemoteEndPoint = new IPEndPoint(IPAddress.Loopback, 4711),
        };
        _context.Features.Set<IConnectionHeartbeatFeature>(this);
        _context.Features.Set<IConnectionLifetimeNotificationFeature>(this);
        _context.ConnectionClosed.Register(_aborted.SetResult);
        End = ServeAsync(edge);
    }

    /// <summary>Completes when the fast lane has closed the connection, or handed it over.</summary>
    public Task End { get; }

    /// <summary>What the HTTP pipeline found unread; null: the connection was not handed over.</summary>
    public string? HandedOver { get; private set; }

    public Task Aborted => _aborted.Task;

    public CancellationToken ConnectionClosedRequested
    {
        get => _stopping.Token;
        set => throw new NotSupportedException();
    }

    public ValueTask<FlushResult> SendAsync(ReadOnlyMemory<byte> bytes) => _in.Writer.WriteAsync(bytes);

    public ValueTask<FlushResult> SendAsync(string text) => SendAsync(Encoding.Latin1.GetBytes(text));

    /// <summary>The visitor sends no more.</summary>
    public void Shut() => _in.Writer.Complete();

    /// <summary>Everything answered up to now; at least one byte, unless the connection has ended.</summary>
    public async Task<string> ReceiveAsync()
    {
        var read = await _out.Reader.ReadAsync().AsTask().WaitAsync(Eventually.Limit);
        var text = EncodingExtensions.GetString(Encoding.Latin1, read.Buffer);
        _out.Reader.AdvanceTo(read.Buffer.End);
        return text;
    }

    /// <summary>Takes what was answered, and keeps nothing of it.</summary>
    public bool TryDiscard()
    {
        var isThere = _out.Reader.TryRead(out var read);
        if (isThere)
        {
            _out.Reader.AdvanceTo(read.Buffer.End);
        }

        return isThere;
    }

    public void PassSeconds(int seconds)
    {
        for (var i = 0; i < seconds; i++)
        {
            _heartbeat!(_heartbeatState!);
        }
    }

    public void StopServer() => _stopping.Cancel();

    public void OnHeartbeat(Action<object> action, object state) => (_heartbeat, _heartbeatState) = (action, state);

    public void RequestClose() => _stopping.Cancel();

    public async ValueTask DisposeAsync()
    {
        Shut();
        await _out.Reader.CompleteAsync();
        await End.WaitAsync(Eventually.Limit);
        await _context.DisposeAsync();
        _stopping.Dispose();
    }

    private async Task ServeAsync(EdgeProbe edge)
    {
        await edge.Service<Edge.FastLane.FastLane>().ServeAsync(_context, new EdgeConnection(), KeepAsync);
        await _out.Writer.CompleteAsync();
    }

    private async Task KeepAsync(ConnectionContext connection)
    {
        var read = await connection.Transport.Input.ReadAsync();
        HandedOver = EncodingExtensions.GetString(Encoding.Latin1, read.Buffer);
        connection.Transport.Input.AdvanceTo(read.Buffer.End);
    }

    private sealed class Duplex(PipeReader input, PipeWriter output) : IDuplexPipe
    {
        public PipeReader Input => input;

        public PipeWriter Output => output;
    }
}
