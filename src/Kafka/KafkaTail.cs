namespace LinkTracker.Kafka;

/// <summary>The end of a partition, as it was when it was asked for.</summary>
/// <param name="First">The offset of the first record there is.</param>
/// <param name="End">The offset that the next record will have, or a later one.</param>
/// <param name="Last">The last record that is committed and was wanted; null when there is none.</param>
public sealed record KafkaTail(long First, long End, KafkaRecord? Last)
{
    // The last offsets of a topic with transactions are those of their ends, or of records that were never committed.
    private const int FirstStep = 64;
    private const int Growth = 16;

    /// <summary>Looks for the last record, further and further from the end.</summary>
    /// <param name="isWanted">Which records count.</param>
    /// <exception cref="KafkaFailedException">It could not be read in that time.</exception>
    public static KafkaTail Read(KafkaConnection kafka, string topic, int partition, Func<KafkaRecord, bool> isWanted, TimeSpan limit, TimeProvider clock)
    {
        var since = clock.GetTimestamp();
        var (first, end) = Bounds(kafka, topic, partition, limit);
        var from = end;
        KafkaRecord? last = null;
        for (var step = (long)FirstStep; last is null && from > first; step *= Growth)
        {
            from = Math.Max(first, end - step);
            last = LastBehind(from);
        }

        return new KafkaTail(first, end, last);

        KafkaRecord? LastBehind(long offset)
        {
            KafkaRecord? found = null;
            using var reader = kafka.OpenReader(topic, partition, offset);
            while (!reader.IsAtEnd)
            {
                var left = limit - clock.GetElapsedTime(since);
                if (left <= TimeSpan.Zero)
                {
                    throw new KafkaFailedException($"the end of {topic} was not read in {limit.TotalSeconds} s", null);
                }

                if (ReadNext(reader, left) is { } record && isWanted(record))
                {
                    found = record;
                }
            }

            return found;
        }
    }

    /// <summary>The offsets of the first record and behind the last one.</summary>
    /// <exception cref="KafkaFailedException">No answer came in that time.</exception>
    public static (long First, long End) Bounds(KafkaConnection kafka, string topic, int partition, TimeSpan limit)
    {
        // A client of its own: one that was connected before keeps asking a broker that is gone, far beyond the limit. Nothing is read
        // by it, so where it would begin does not matter.
        using var reader = kafka.OpenReader(topic, partition, offset: 0);
        return reader.Bounds(limit);
    }

    private static KafkaRecord? ReadNext(KafkaReader reader, TimeSpan wait)
    {
        try
        {
            return reader.Read(wait);
        }
        catch (OffsetOutOfRangeException gone)
        {
            throw new KafkaFailedException("the topic was made anew, or records were deleted, while its end was looked for", gone);
        }
    }
}
