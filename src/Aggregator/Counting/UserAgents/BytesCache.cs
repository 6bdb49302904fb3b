using System.Diagnostics.CodeAnalysis;

namespace LinkTracker.Aggregator.Counting.UserAgents;

/// <summary>
/// Remembers what was made of some bytes. Two generations bound it: when the young one is full it becomes the old one, and
/// what is asked for again moves up, so what is in use stays and strangers cannot fill the memory.
/// </summary>
/// <param name="capacity">Most entries of one generation.</param>
/// <param name="make">Called once for bytes that are not remembered.</param>
/// <remarks>For one thread at a time.</remarks>
internal sealed class BytesCache<T>(int capacity, BytesCache<T>.Maker make)
{
    private Dictionary<byte[], T> _young = new(BytesComparer.Instance);
    private Dictionary<byte[], T> _old = new(BytesComparer.Instance);

    public delegate T Maker(ReadOnlySpan<byte> bytes);

    /// <summary>Number of entries remembered.</summary>
    public int Count => _young.Count + _old.Count;

    public T Get(ReadOnlySpan<byte> bytes)
    {
        if (_young.GetAlternateLookup<ReadOnlySpan<byte>>().TryGetValue(bytes, out var value))
        {
            return value;
        }

        if (!_old.GetAlternateLookup<ReadOnlySpan<byte>>().TryGetValue(bytes, out value))
        {
            value = make(bytes);
        }

        if (_young.Count >= capacity)
        {
            (_old, _young) = (_young, new(BytesComparer.Instance));
        }

        _young.Add(bytes.ToArray(), value);
        return value;
    }

    private sealed class BytesComparer : IEqualityComparer<byte[]>, IAlternateEqualityComparer<ReadOnlySpan<byte>, byte[]>
    {
        public static BytesComparer Instance { get; } = new();

        public bool Equals(byte[]? x, byte[]? y) => x.AsSpan().SequenceEqual(y);

        public bool Equals(ReadOnlySpan<byte> alternate, byte[] other) => alternate.SequenceEqual(other);

        public int GetHashCode([DisallowNull] byte[] bytes) => GetHashCode(bytes.AsSpan());

        // Seeded anew in every process, so nobody can send bytes that all fall into one bucket.
        public int GetHashCode(ReadOnlySpan<byte> alternate)
        {
            var hash = new HashCode();
            hash.AddBytes(alternate);
            return hash.ToHashCode();
        }

        public byte[] Create(ReadOnlySpan<byte> alternate) => alternate.ToArray();
    }
}
