using System.Security.Cryptography;
using System.Text;
using LinkTracker.Aggregator.Storage;
using LinkTracker.ServiceDefaults;

namespace LinkTracker.Aggregator.Api;

/// <summary>
/// The admin key: the one of the settings, or one that is made at the first start and shown once. Only its SHA-256 is
/// kept; a key has enough random bits that a slow hash would add nothing.
/// </summary>
internal sealed class ApiKeys
{
    private const string Configured = "configured";
    private const string Generated = "generated";

    private readonly byte[] _hash;

    private ApiKeys(byte[] hash) => _hash = hash;

    /// <param name="show">Told a key that was made now, before its hash is stored: nobody gets locked out by a crash between.</param>
    public static ApiKeys Open(Database database, Settings settings, EntityId ids, TimeProvider clock, Action<string> show) => database.Write(session =>
    {
        var name = settings.AdminKey is null ? Generated : Configured;
        var stored = session.First<string>("SELECT hash FROM api_keys WHERE name = @name", new { name });
        var hash = settings.AdminKey is not null ? HashOf(settings.AdminKey) : stored ?? HashOf(Make(show));
        if (hash != stored)
        {
            session.Execute("DELETE FROM api_keys WHERE name IN (@Configured, @Generated)", new { Configured, Generated });
            session.Execute(
                "INSERT INTO api_keys (id, name, hash, created_at) VALUES (@id, @name, @hash, @now)",
                new { id = ids.Next(), name, hash, now = clock.GetUtcNow().ToUnixTimeMilliseconds() });
        }

        return new ApiKeys(Convert.FromHexString(hash));
    });

    public bool IsValid(string key) =>
        CryptographicOperations.FixedTimeEquals(SHA256.HashData(Encoding.UTF8.GetBytes(key)), _hash);

    // 32 of 31 letters: 158 bits. The prefix lets scanners of leaked secrets know it.
    private static string Make(Action<string> show)
    {
        var key = "dub_" + Contracts.Links.ShortCode.Generate(32);
        show(key);
        return key;
    }

    private static string HashOf(string key) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(key)));
}
