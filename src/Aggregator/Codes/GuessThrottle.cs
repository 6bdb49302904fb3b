using System.Security.Cryptography;
using LinkTracker.Contracts.Security;

namespace LinkTracker.Aggregator.Codes;

/// <summary>
/// Lets nobody try codes one after another: who missed too often is answered no more until ten minutes after its first miss, whatever it
/// asks. Only in this process's memory, and only under hashes with a key of it.
/// </summary>
internal sealed class GuessThrottle(TimeProvider clock, ILogger<GuessThrottle> logger)
{
    public static readonly TimeSpan Window = TimeSpan.FromMinutes(10);

    /// <summary>Misses of a network. Who mistypes codes at a till does not come near it.</summary>
    public const int OfNetwork = 100;

    /// <summary>Misses of everybody who has the same API key.</summary>
    public const int OfKey = 1_000;

    // Some 5 MB. Beyond it the API keys alone are counted, of which there are few.
    private const int MaxNetworks = 100_000;

    private readonly Lock _lock = new();
    private readonly byte[] _hashKey = RandomNumberGenerator.GetBytes(SipHash.KeyLength);
    private readonly Dictionary<ulong, Tries> _networks = [];
    private readonly Dictionary<ulong, Tries> _keys = [];
    private long _sweptMs;
    private long _misses;
    private long _throttled;

    /// <summary>Codes that were asked for and are not valid, since the start.</summary>
    public long Misses => Volatile.Read(ref _misses);

    /// <summary>Questions that got no answer, since the start.</summary>
    public long Throttled => Volatile.Read(ref _throttled);

    /// <summary>
    /// Before a code is looked up. Counts against who asks until <see cref="TakeBack"/> says otherwise, so that many questions at once pass no more
    /// often than one after another.
    /// </summary>
    /// <returns>Null when it may be answered, else after how many seconds it may be asked again.</returns>
    public int? Enter(in Guesser guesser)
    {
        lock (_lock)
        {
            var now = clock.GetUtcNow().ToUnixTimeMilliseconds();
            var (network, key) = (TriesOf(_networks, Hash(guesser.Network), now), TriesOf(_keys, Hash(guesser.ApiKey), now));
            var waits = Math.Max(network?.Wait(OfNetwork, now) ?? 0, key?.Wait(OfKey, now) ?? 0);
            if (waits > 0)
            {
                _throttled++;
                return waits;
            }

            Count(network, OfNetwork);
            Count(key, OfKey);
            return null;
        }
    }

    /// <summary>The code was not valid.</summary>
    public void Miss() => Interlocked.Increment(ref _misses);

    /// <summary>The code was valid, or nobody could tell.</summary>
    public void TakeBack(in Guesser guesser)
    {
        lock (_lock)
        {
            _networks.GetValueOrDefault(Hash(guesser.Network))?.TakeBack();
            _keys.GetValueOrDefault(Hash(guesser.ApiKey))?.TakeBack();
        }
    }

    private ulong Hash(ReadOnlySpan<byte> bytes) => SipHash.Hash(_hashKey, bytes);

    private void Count(Tries? tries, int limit)
    {
        if (tries?.Add() == limit)
        {
            Log.CodesGuessed(logger, limit, (int)Window.TotalMinutes);
        }
    }

    private Tries? TriesOf(Dictionary<ulong, Tries> all, ulong who, long now)
    {
        if (all.TryGetValue(who, out var known) && !known.IsOver(now))
        {
            return known;
        }

        // Looked through once a second at most: a full table must not make every question slow.
        if (all.Count >= MaxNetworks && now - _sweptMs is (< 0 or >= 1_000))
        {
            _sweptMs = now;
            foreach (var (old, tries) in all.Where(pair => pair.Value.IsOver(now)).ToList())
            {
                all.Remove(old);
            }
        }

        return all.Count >= MaxNetworks ? null : all[who] = new Tries(now);
    }

    /// <summary>What one asked for in its ten minutes.</summary>
    private sealed class Tries(long sinceMs)
    {
        private int _count;

        public bool IsOver(long nowMs) => nowMs - sinceMs >= (long)Window.TotalMilliseconds;

        public int Add() => ++_count;

        public void TakeBack() => _count = Math.Max(0, _count - 1);

        /// <summary>Whole seconds, at least 1; 0 below the limit.</summary>
        public int Wait(int limit, long nowMs) =>
            _count < limit ? 0 : (int)Math.Max(1, Math.Ceiling((sinceMs + Window.TotalMilliseconds - nowMs) / 1_000));
    }
}
