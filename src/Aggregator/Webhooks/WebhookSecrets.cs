using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using LinkTracker.Contracts.Security;

namespace LinkTracker.Aggregator.Webhooks;

/// <summary>
/// Secrets and signatures of Standard Webhooks 1.0: HMAC-SHA256 over id, time and body. Secrets are derived from the installation's and
/// stored nowhere, so who reads the database or a backup of it can forge nothing.
/// </summary>
internal sealed class WebhookSecrets(InstallationKeys keys)
{
    private const string Prefix = "whsec_";

    /// <summary>The secret as it is shown: <c>whsec_</c> and base64.</summary>
    public string Shown(WebhookRow webhook) => Of(webhook, webhook.Generation)[0];

    /// <summary>
    /// What signs at this time, the newest first: also the secret before, for a day, and the same of the installation's secret before its own
    /// rotation.
    /// </summary>
    public IReadOnlyList<string> At(WebhookRow webhook, long nowMs) => webhook.PreviousUntil > nowMs
        ? [.. Of(webhook, webhook.Generation), .. Of(webhook, webhook.Generation - 1)]
        : Of(webhook, webhook.Generation);

    /// <summary>The header <c>webhook-signature</c>: one signature for each secret, with spaces between, so that receivers can change theirs in their own time.</summary>
    /// <param name="seconds">Unix time of the attempt.</param>
    public static string Sign(IEnumerable<string> secrets, string id, long seconds, string body)
    {
        var signed = Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{id}.{seconds}.{body}"));
        return string.Join(' ', secrets.Select(secret => "v1," + Convert.ToBase64String(HMACSHA256.HashData(Convert.FromBase64String(secret[Prefix.Length..]), signed))));
    }

    private IReadOnlyList<string> Of(WebhookRow webhook, long generation) =>
        [.. keys.WebhookKeys(webhook.Id, generation).Select(key => Prefix + Convert.ToBase64String(key))];
}
