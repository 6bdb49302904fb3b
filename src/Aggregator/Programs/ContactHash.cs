using System.Security.Cryptography;
using System.Text;
using LinkTracker.Contracts.Security;

namespace LinkTracker.Aggregator.Programs;

/// <summary>
/// What is kept of a person whom a referrer named before it came: HMAC-SHA256 of its address or of the shop's id for it, under a key of
/// the installation. Who has the database alone cannot try addresses against it.
/// </summary>
internal sealed class ContactHash(InstallationKeys keys)
{
    private readonly IReadOnlyList<byte[]> _keys = keys.ContactKeys();

    /// <summary>The hash to store, 64 lower-case hexadecimal digits.</summary>
    public string OfEmail(string email) => Hash(_keys[0], Email(email));

    /// <inheritdoc cref="OfEmail"/>
    public string OfExternalId(string externalId) => Hash(_keys[0], External(externalId));

    /// <summary>Every hash under which a customer may have been named, also before the secret was rotated. Empty when nothing of it is known.</summary>
    public IReadOnlyList<string> Of(string? email, string? externalId) =>
    [
        .. new[] { string.IsNullOrWhiteSpace(email) ? null : Email(email), string.IsNullOrWhiteSpace(externalId) ? null : External(externalId) }
            .OfType<string>().SelectMany(text => _keys.Select(key => Hash(key, text))),
    ];

    // The kind in front: an address that is also somebody's id names one person, not two.
    private static string Email(string email) => "email\n" + email.Trim().Normalize(NormalizationForm.FormKC).ToLowerInvariant();

    private static string External(string externalId) => "external\n" + externalId.Trim();

    private static string Hash(byte[] key, string text) => Convert.ToHexStringLower(HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(text)));
}
