using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace LinkTracker.Edge.FastLane;

internal enum ConnectionPhase
{
    /// <summary>Waits for the first byte of a request.</summary>
    Idle,

    /// <summary>A part of a request has come.</summary>
    Head,

    /// <summary>Waits for the log, which bounds that by itself.</summary>
    Committing,

    /// <summary>Waits for the visitor to take the answer.</summary>
    Flushing,
}

/// <summary>
/// Puts back what the server's HTTP layer does for connections: it ends those that are idle for too long, dribble a request, or do not
/// read, and those of a server that stops. It looks once a second, so that no request sets a timer; limits are exact to two seconds.
/// </summary>
internal sealed class ConnectionWatch : IDisposable
{
    private readonly ConnectionContext _connection;
    private readonly KestrelServerLimits _limits;
    private readonly CancellationTokenRegistration _stop;
    private ConnectionPhase _phase;
    private long _turn;
    private long _seenTurn;
    private int _secondsSeen;
    private volatile bool _isStopping;
    private volatile bool _isTimedOut;
    private volatile bool _isOver;

    public ConnectionWatch(ConnectionContext connection, KestrelServerLimits limits)
    {
        (_connection, _limits) = (connection, limits);
        connection.Features.Get<IConnectionHeartbeatFeature>()?.OnHeartbeat(static watch => ((ConnectionWatch)watch).Look(), this);
        if (connection.Features.Get<IConnectionLifetimeNotificationFeature>() is { } lifetime)
        {
            _stop = lifetime.ConnectionClosedRequested.Register(static watch => ((ConnectionWatch)watch!)._isStopping = true, this);
        }
    }

    /// <summary>The server stops: the next answer is the connection's last. One that is idle is given a second for a request on its way.</summary>
    public bool IsStopping => _isStopping;

    /// <summary>The request that is coming has taken too long.</summary>
    public bool IsTimedOut => _isTimedOut;

    /// <summary>Only the connection's own loop calls it.</summary>
    public void Enter(ConnectionPhase phase)
    {
        _isTimedOut = false;
        _phase = phase;
        Volatile.Write(ref _turn, _turn + 1);
    }

    /// <summary>A request goes on arriving; its time runs on.</summary>
    public void StayIn(ConnectionPhase phase)
    {
        if (_phase != phase)
        {
            Enter(phase);
        }
    }

    /// <summary>From now on somebody else looks after the connection.</summary>
    public void Dispose()
    {
        _isOver = true;
        _stop.Dispose();
    }

    private void Look()
    {
        var turn = Volatile.Read(ref _turn);
        _secondsSeen = turn == _seenTurn ? _secondsSeen + 1 : 0;
        _seenTurn = turn;
        if (_isOver || _secondsSeen == 0)
        {
            return;
        }

        switch (_phase)
        {
            case ConnectionPhase.Idle when _isStopping || IsBeyond(_limits.KeepAliveTimeout):
                _connection.Transport.Input.CancelPendingRead();
                break;
            case ConnectionPhase.Head when IsBeyond(_limits.RequestHeadersTimeout):
                _isTimedOut = true;
                _connection.Transport.Input.CancelPendingRead();
                break;
            case ConnectionPhase.Flushing when IsBeyond(_limits.MinResponseDataRate?.GracePeriod ?? TimeSpan.MaxValue):
                _connection.Abort(new ConnectionAbortedException("The visitor does not read the answer."));
                break;
        }
    }

    private bool IsBeyond(TimeSpan limit) => _secondsSeen > limit.TotalSeconds;
}
