using System.Text.Json;
using LinkTracker.Aggregator.Storage;

namespace LinkTracker.Aggregator.Api;

/// <summary>
/// The door for routes whose effect must happen once when a client sends a call again: with the header <c>Idempotency-Key</c> the
/// first answer is stored together with the effect, and every repeat gets it.
/// </summary>
internal sealed class IdempotentCalls(Database database, IdempotencyKeys keys)
{
    /// <summary>Runs the work in one transaction, unless a call with the same key was answered before.</summary>
    /// <param name="body">As it was sent, see <see cref="Body.ReadAsync"/>.</param>
    /// <param name="status">Of the answer when the work is done.</param>
    /// <param name="work">What it throws rolls everything back and is not stored.</param>
    /// <exception cref="ApiError">422 when the key was used with another body.</exception>
    public async Task<IResult> RunAsync<T>(HttpContext context, ReadOnlyMemory<byte> body, int status, Func<Session, T> work)
    {
        var key = IdempotencyKey.Of(context, body);
        return await database.WriteAsync(session => Run(session, key, status, inner => JsonSerializer.Serialize(work(inner), ApiJson.Options)), context.RequestAborted);
    }

    /// <summary>The same for an answer that must not be stored, because it shows a secret: stored is what it is made from.</summary>
    /// <param name="work">Returns that.</param>
    /// <param name="show">Makes the answer, the first and every repeat.</param>
    /// <exception cref="ApiError">422 when the key was used with another body.</exception>
    public async Task<T> RunAsync<T>(HttpContext context, ReadOnlyMemory<byte> body, Func<Session, string> work, Func<Session, string, T> show)
    {
        var key = IdempotencyKey.Of(context, body);
        return await database.WriteAsync(
            session => show(session, Run(session, key, StatusCodes.Status200OK, work).Text),
            context.RequestAborted);
    }

    private StoredAnswer Run(Session session, IdempotencyKey? key, int status, Func<Session, string> work)
    {
        if (key is not null && IdempotencyKeys.Repeat(keys.Find(session, [key]), key) is { } repeat)
        {
            return repeat;
        }

        var answer = new StoredAnswer(status, work(session));
        if (key is not null)
        {
            keys.Save(session, [(key, answer)]);
        }

        return answer;
    }
}
