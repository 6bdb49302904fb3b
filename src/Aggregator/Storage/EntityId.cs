using System.Security.Cryptography;

namespace LinkTracker.Aggregator.Storage;

/// <summary>
/// Ids of things: 63-bit numbers that grow with time, written on the wire as a prefix and 13 characters, such as
/// <c>link_0n4b7…</c>. From the top: 41 bits of milliseconds since 2026 (until 2095), 22 bits that start at random in
/// each millisecond.
/// </summary>
/// <remarks>Safe for many threads at once.</remarks>
internal sealed class EntityId(TimeProvider clock)
{
    public const string Link = "link_";
    public const string Partner = "pn_";
    public const string Customer = "cus_";
    public const string Lead = "lead_";
    public const string Sale = "sale_";
    public const string Import = "imp_";
    public const string Workspace = "ws_";
    public const string Program = "prog_";
    public const string Event = "evt_";
    public const string Adjustment = "adj_";
    public const string Contact = "ctc_";
    public const string Commission = "cm_";
    public const string Payout = "po_";
    public const string PayoutBatch = "pob_";
    public const string DiscountCode = "dcode_";
    public const string FraudCase = "case_";
    public const string Webhook = "wh_";
    public const string Delivery = "whd_";
    public const string Message = "msg_";

    private const int CounterBits = 22;
    private const int TextLength = 13;

    // Crockford's: digits and letters without i, l, o and u, in the order of their values, so texts sort like numbers.
    private const string Digits = "0123456789abcdefghjkmnpqrstvwxyz";

    // 2026-01-01T00:00:00Z.
    private const long EpochMs = 1_767_225_600_000;

    private readonly Lock _lock = new();
    private long _last;

    /// <summary>A number higher than every one before it, also when the clock was set back.</summary>
    public long Next()
    {
        var now = clock.GetUtcNow().ToUnixTimeMilliseconds() - EpochMs;

        // The upper half of the counter stays free for the ids that follow in the same millisecond.
        var candidate = (now << CounterBits) | (long)RandomNumberGenerator.GetInt32(1 << (CounterBits - 1));
        lock (_lock)
        {
            _last = Math.Max(_last + 1, candidate);
            return _last;
        }
    }

    public static string Format(string prefix, long id) => string.Create(prefix.Length + TextLength, (prefix, id), static (text, state) =>
    {
        state.prefix.CopyTo(text);
        var rest = state.id;
        for (var i = text.Length - 1; i >= state.prefix.Length; i--)
        {
            text[i] = Digits[(int)(rest & 31)];
            rest >>= 5;
        }
    });

    public static string? Format(string prefix, long? id) => id is { } value ? Format(prefix, value) : null;

    /// <summary>The id that a list is filtered by: null when none is asked for; one that nothing has, 0, when the text is no id.</summary>
    public static long? Filter(string prefix, string? text) => string.IsNullOrEmpty(text) ? null : TryParse(prefix, text, out var id) ? id : 0L;

    /// <summary>False unless the text is exactly what <see cref="Format(string, long)"/> writes for some id.</summary>
    public static bool TryParse(string prefix, string? text, out long id)
    {
        id = 0;
        if (text is null || text.Length != prefix.Length + TextLength || !text.StartsWith(prefix, StringComparison.Ordinal))
        {
            return false;
        }

        // 13 characters hold 65 bits: the first may only be 0 to 7.
        foreach (var c in text.AsSpan(prefix.Length))
        {
            var digit = Digits.IndexOf(c, StringComparison.Ordinal);
            if (digit < 0 || id >> 58 != 0)
            {
                id = 0;
                return false;
            }

            id = (id << 5) | (long)digit;
        }

        return true;
    }
}
