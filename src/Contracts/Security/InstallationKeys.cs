using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using LinkTracker.Contracts.Clicks;

namespace LinkTracker.Contracts.Security;

/// <summary>
/// The keys that every Edge and Aggregator of an installation derive from its one secret: HKDF-SHA256 (RFC 5869), one
/// label for each use, so that none tells anything of another.
/// </summary>
public sealed class InstallationKeys
{
    public const int MinimumSecretBytes = 32;

    private readonly byte[] _secret;
    private readonly byte[]? _previousSecret;
    private readonly TokenSealer _current;
    private readonly TokenSealer? _previous;

    /// <param name="secret">At least 32 random bytes.</param>
    /// <param name="previousSecret">The secret before a rotation: it verifies tokens and mints none.</param>
    public InstallationKeys(ReadOnlySpan<byte> secret, ReadOnlySpan<byte> previousSecret = default)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(secret.Length, MinimumSecretBytes);
        _secret = secret.ToArray();
        _previousSecret = previousSecret.IsEmpty ? null : previousSecret.ToArray();
        _current = SealerOf(secret);
        _previous = previousSecret.IsEmpty ? null : SealerOf(previousSecret);
    }

    public ClickToken Mint(long linkId, ClickIdentity identity) => _current.Mint(linkId, identity);

    /// <summary>True when this installation minted the token, under its secret or the one before.</summary>
    public bool TryVerify(ClickToken token, out ClickIdentity identity) =>
        _current.TryOpen(token, out identity) || (_previous is not null && _previous.TryOpen(token, out identity));

    /// <summary>16 bytes that key the visitor hash on one UTC day.</summary>
    public byte[] VisitorSalt(DateOnly day) =>
        Derive(_secret, "linktracker/visitor-salt/v1/" + day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture), 16);

    /// <summary>
    /// 32 bytes that key the hashes of people whom referrers named: of the secret, then of the one before a rotation, if there is one.
    /// </summary>
    public IReadOnlyList<byte[]> ContactKeys() => OfBoth("linktracker/contact/v1");

    /// <summary>
    /// 32 bytes that sign what a webhook is told: of the secret, then of the one before a rotation, if there is one.
    /// </summary>
    /// <param name="generation">Grows whenever the webhook is given a new one.</param>
    public IReadOnlyList<byte[]> WebhookKeys(long webhook, long generation) => OfBoth(string.Create(CultureInfo.InvariantCulture, $"linktracker/webhook/v1/{webhook}/{generation}"));

    /// <summary>32 bytes that key the hashes of what shops tell, likewise.</summary>
    public IReadOnlyList<byte[]> RequestKeys() => OfBoth("linktracker/request/v1");

    private IReadOnlyList<byte[]> OfBoth(string label) => [.. new[] { _secret, _previousSecret }.OfType<byte[]>().Select(secret => Derive(secret, label, 32))];

    private static TokenSealer SealerOf(ReadOnlySpan<byte> secret) => new(Derive(secret.ToArray(), "linktracker/click-token/v1", 32));

    private static byte[] Derive(byte[] secret, string label, int length) =>
        HKDF.DeriveKey(HashAlgorithmName.SHA256, secret, length, info: Encoding.ASCII.GetBytes(label));
}
