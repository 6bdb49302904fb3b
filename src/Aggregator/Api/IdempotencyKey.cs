using System.Security.Cryptography;
using System.Text;

namespace LinkTracker.Aggregator.Api;

/// <summary>What a client's <c>Idempotency-Key</c> stands for: one call of one route with one API key.</summary>
/// <param name="Hash">Of the API key, the route and the header.</param>
/// <param name="Fingerprint">Of the body.</param>
internal sealed record IdempotencyKey(string Hash, string Fingerprint)
{
    private const string Header = "Idempotency-Key";
    private const int MaxLength = 255;

    /// <summary>Null when the header was not sent.</summary>
    /// <exception cref="ApiError">422 for one that is empty, longer than 255 characters or not printable.</exception>
    public static IdempotencyKey? Of(HttpContext context, ReadOnlyMemory<byte> body)
    {
        if (!context.Request.Headers.TryGetValue(Header, out var sent))
        {
            return null;
        }

        // One that nobody filled in would be no key, and a repeat another call.
        var key = sent.ToString();
        if (string.IsNullOrWhiteSpace(key))
        {
            throw ApiError.Unprocessable($"{Header}: is empty; leave it out when there is none.");
        }

        if (key.Length > MaxLength || key.Any(c => c is < ' ' or > '~'))
        {
            throw ApiError.Unprocessable($"{Header}: at most {MaxLength} printable characters of ASCII.");
        }

        // Parts are set apart by a character that none of them can hold.
        var name = Encoding.UTF8.GetBytes($"{context.Request.Headers.Authorization}\n{context.Request.Method} {context.Request.Path}\n{key}");

        // A body may hold a customer's address, which a plain hash would let be found by trying: this one is keyed with what the client alone knows.
        return new IdempotencyKey(Convert.ToHexStringLower(SHA256.HashData(name)), Convert.ToHexStringLower(HMACSHA256.HashData(name, body.Span)));
    }
}
