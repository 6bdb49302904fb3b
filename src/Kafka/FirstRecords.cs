using System.Runtime.InteropServices;

namespace LinkTracker.Kafka;

/// <summary>
/// Lets the first record that a sender has for a partition go alone. A broker that knows nothing of a sender takes whatever sequence comes
/// first (KAFKA-15591): a record that was sent behind a refused one would stand there, and the refused one would pass for sent. Once the broker has
/// acknowledged one record it knows what must come next, and refuses everything else.
/// </summary>
/// <remarks>Any thread.</remarks>
internal sealed class FirstRecords(TimeProvider clock)
{
    /// <summary>Brokers forget a sender that was silent for a day, if they are set as by default.</summary>
    private static readonly TimeSpan Remembered = TimeSpan.FromHours(1);

    private readonly Lock _lock = new();
    private readonly Dictionary<(string Topic, int Partition), Standing> _standings = [];

    /// <summary>Whether a record may be sent now; if so, it is open until <see cref="Leave"/>.</summary>
    public bool TryEnter(string topic, int partition)
    {
        lock (_lock)
        {
            ref var standing = ref StandingOf(topic, partition);
            if (standing.Open == 0 && clock.GetElapsedTime(standing.KnownAt) > Remembered)
            {
                standing.IsKnown = false;
            }

            if (standing is { IsKnown: false, Open: > 0 })
            {
                return false;
            }

            standing.Open++;
            return true;
        }
    }

    /// <summary>What became of a record that had entered.</summary>
    public void Leave(string topic, int partition, bool isAcknowledged)
    {
        lock (_lock)
        {
            ref var standing = ref StandingOf(topic, partition);
            standing.Open--;
            if (isAcknowledged)
            {
                (standing.IsKnown, standing.KnownAt) = (true, clock.GetTimestamp());
            }
        }
    }

    private ref Standing StandingOf(string topic, int partition) =>
        ref CollectionsMarshal.GetValueRefOrAddDefault(_standings, (topic, partition), out _);

    /// <summary>What the broker of a partition knows of this sender.</summary>
    private struct Standing
    {
        public int Open;
        public bool IsKnown;
        public long KnownAt;
    }
}
