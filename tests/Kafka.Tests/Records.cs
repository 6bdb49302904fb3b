using System.Globalization;
using System.Text;
using Microsoft.Extensions.Logging.Abstractions;

namespace LinkTracker.Kafka.Tests;

/// <summary>Numbered records, sent and read.</summary>
internal static class Records
{
    public static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    private static int _topics;

    public static KafkaConnection Connect(string servers) => new(servers, NullLoggerFactory.Instance);

    /// <summary>A topic of its own for each test.</summary>
    public static async Task<string> NewTopicAsync(KafkaConnection kafka, int partitions = 1, params (string Name, string Value)[] settings)
    {
        var name = $"topic-{Interlocked.Increment(ref _topics)}";
        using var topics = kafka.OpenTopics();
        Assert.Equal(partitions, await topics.EnsureAsync(new KafkaTopic(name, partitions, settings.ToDictionary(s => s.Name, s => s.Value))));
        return name;
    }

    /// <summary>Hands the record over, and completes with its outcome. There must be room for it.</summary>
    public static Task<SendOutcome> SendAsync(KafkaSender sender, string topic, int number, int length = 8, int partition = 0)
    {
        var done = new TaskCompletionSource<SendOutcome>(TaskCreationOptions.RunContinuationsAsynchronously);
        var value = Encoding.ASCII.GetBytes(number.ToString(CultureInfo.InvariantCulture).PadRight(length));
        Assert.True(sender.TrySend(topic, partition, null, value, done.SetResult));
        return done.Task.WaitAsync(Limit);
    }

    /// <summary>100,000 random bytes, or they would be few once compressed.</summary>
    public static byte[] Large()
    {
        var large = new byte[100_000];
        new Random(1).NextBytes(large);
        return large;
    }

    public static int NumberOf(KafkaRecord record) => int.Parse(Encoding.ASCII.GetString(record.Value!), CultureInfo.InvariantCulture);

    /// <summary>Everything from the reader's place to the end, as it is then.</summary>
    public static List<int> ReadToEnd(KafkaReader reader)
    {
        var read = new List<int>();
        var since = TimeProvider.System.GetTimestamp();
        while (!reader.IsAtEnd)
        {
            Assert.True(TimeProvider.System.GetElapsedTime(since) < Limit, $"only {read.Count} records came");
            if (reader.Read(TimeSpan.FromSeconds(1)) is { } record)
            {
                read.Add(NumberOf(record));
            }
        }

        return read;
    }
}
