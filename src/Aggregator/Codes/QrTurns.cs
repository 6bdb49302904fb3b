using System.Threading.RateLimiting;
using LinkTracker.Aggregator.Api;

namespace LinkTracker.Aggregator.Codes;

/// <summary>Lets few pictures be drawn at once: they are open to everybody, and must not take the processors from what counts.</summary>
internal sealed class QrTurns : IDisposable
{
    public const int AtOnce = 2;
    public const int Waiting = 16;

    private readonly ConcurrencyLimiter _limiter = new(new ConcurrencyLimiterOptions
    {
        PermitLimit = AtOnce,
        QueueLimit = Waiting,
        QueueProcessingOrder = QueueProcessingOrder.OldestFirst,
    });

    /// <summary>A turn, which ends when it is disposed of.</summary>
    /// <exception cref="ApiError">503: too many wait already.</exception>
    public async Task<IDisposable> TakeAsync(CancellationToken cancellation)
    {
        var turn = await _limiter.AcquireAsync(1, cancellation);
        return turn.IsAcquired ? turn : throw ApiError.Unavailable("Too many QR codes are asked for at once; try again.");
    }

    public void Dispose() => _limiter.Dispose();
}
