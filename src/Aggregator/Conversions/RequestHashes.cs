using System.Security.Cryptography;
using System.Text;
using LinkTracker.Contracts.Security;

namespace LinkTracker.Aggregator.Conversions;

/// <summary>
/// Hashes that tell a repeat from another request, under a key of the installation: they outlive the people whom the requests name, and who
/// has the database alone must not find these by trying.
/// </summary>
internal sealed class RequestHashes(InstallationKeys keys)
{
    /// <summary>What a stored hash begins with that is keyed. Older versions stored plain ones.</summary>
    public const string Keyed = "k:";

    private readonly IReadOnlyList<byte[]> _keys = keys.RequestKeys();

    /// <param name="body">Of a request, see <see cref="IntakeRequest.ToBytes"/>.</param>
    public RequestHash Of(byte[] body)
    {
        string[] keyed = [.. _keys.Select(key => Keyed + Hash(key, body))];
        return new RequestHash(keyed[0], [.. keyed, Convert.ToHexStringLower(SHA256.HashData(body))]);
    }

    /// <summary>Under what it is kept that a business key is somebody else's name now, who was told of by this request.</summary>
    public string Retired(string businessKey, string requestHash) => Hash(_keys[0], Text(businessKey, requestHash));

    /// <summary>The same for a request that may be a repeat, as it may have been kept also before the secret was rotated.</summary>
    public IEnumerable<string> Retired(string businessKey, RequestHash hash) =>
        from known in hash.Known
        let text = Text(businessKey, known)
        from key in _keys
        select Hash(key, text);

    // No hash holds the sign in between.
    private static byte[] Text(string businessKey, string requestHash) => Encoding.UTF8.GetBytes($"{requestHash}\n{businessKey}");

    private static string Hash(byte[] key, byte[] text) => Convert.ToHexStringLower(HMACSHA256.HashData(key, text));
}

/// <summary>What tells a request from another one with the same business key.</summary>
/// <param name="Stored">To be stored.</param>
/// <param name="Known">Every form in which it may be stored.</param>
internal sealed record RequestHash(string Stored, IReadOnlyList<string> Known)
{
    public bool Is(string stored) => Known.Contains(stored);
}
