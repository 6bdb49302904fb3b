using LinkTracker.Contracts.Clicks;
using LinkTracker.Contracts.Security;

namespace LinkTracker.Edge.Redirects;

/// <summary>
/// Tells one visitor from another within a UTC day, without keeping who they are: 64 bits of address and user agent,
/// keyed with a salt that nobody can derive without the installation's secret and that no two days share.
/// </summary>
internal sealed class VisitorHash(InstallationKeys keys)
{
    private const long DayMs = 86_400_000;

    private Salt _today = new(long.MinValue, []);

    /// <param name="address">As <see cref="VisitorAddress"/> writes it. Used here, and nowhere kept; empty when the connection has none.</param>
    public ulong Of(scoped ReadOnlySpan<byte> address, scoped ReadOnlySpan<byte> userAgent, long nowMs) => SipHash.Hash(SaltOf(nowMs), address, userAgent);

    private byte[] SaltOf(long nowMs)
    {
        var day = Math.DivRem(nowMs, DayMs).Quotient;
        var today = Volatile.Read(ref _today);
        if (today.Day != day)
        {
            // Two threads may both make it at midnight; they make the same.
            today = new Salt(day, keys.VisitorSalt(DateOnly.FromDateTime(DateTime.UnixEpoch.AddDays(day))));
            Volatile.Write(ref _today, today);
        }

        return today.Key;
    }

    private sealed record Salt(long Day, byte[] Key);
}
