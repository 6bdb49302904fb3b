using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace LinkTracker.Aggregator.Webhooks;

/// <summary>Secrets and signatures of Standard Webhooks 1.0: HMAC-SHA256 over id, time and body.</summary>
internal static class WebhookSecret
{
    // The standard allows 24 to 64.
    private const int Bytes = 32;
    private const string Prefix = "whsec_";

    /// <summary>A new secret from the system's random numbers, as it is shown: <c>whsec_</c> and base64.</summary>
    public static string New() => Prefix + Convert.ToBase64String(RandomNumberGenerator.GetBytes(Bytes));

    /// <summary>The header <c>webhook-signature</c>: one signature for each secret, with spaces between, so that receivers can change theirs in their own time.</summary>
    /// <param name="seconds">Unix time of the attempt.</param>
    public static string Sign(IEnumerable<string> secrets, string id, long seconds, string body)
    {
        var signed = Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{id}.{seconds}.{body}"));
        return string.Join(' ', secrets.Select(secret => "v1," + Convert.ToBase64String(HMACSHA256.HashData(Convert.FromBase64String(secret[Prefix.Length..]), signed))));
    }
}
