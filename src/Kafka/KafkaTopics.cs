using Confluent.Kafka;
using Confluent.Kafka.Admin;
using Microsoft.Extensions.Logging;

namespace LinkTracker.Kafka;

/// <param name="Settings">The broker's names of settings and their values, such as <c>cleanup.policy</c>.</param>
public sealed record KafkaTopic(string Name, int Partitions, IReadOnlyDictionary<string, string> Settings);

/// <summary>Makes topics that are missing, and tells of those that are there.</summary>
public sealed class KafkaTopics : IDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(10);

    /// <summary>An operator who makes the topics himself need not let this process do it.</summary>
    private static readonly ErrorCode[] MayBeThere =
        [ErrorCode.TopicAlreadyExists, ErrorCode.TopicAuthorizationFailed, ErrorCode.ClusterAuthorizationFailed];

    private readonly IAdminClient _client;
    private readonly ILogger _logger;

    internal KafkaTopics(AdminClientConfig config, ILogger logger)
    {
        _logger = logger;
        _client = new AdminClientBuilder(config)
            .SetErrorHandler((_, error) => Log.ClientError(logger, error.IsFatal, error.Reason))
            .SetLogHandler((_, message) => Log.Native(logger, message))
            .Build();
    }

    /// <summary>Makes the topic unless it is there; one that is there is not changed. Replicas are as many as the brokers' default says.</summary>
    /// <returns>How many partitions it has.</returns>
    /// <exception cref="KafkaFailedException">No broker answered in ten seconds, or it refused.</exception>
    public async Task<int> EnsureAsync(KafkaTopic topic)
    {
        try
        {
            await _client.CreateTopicsAsync(
                [new TopicSpecification { Name = topic.Name, NumPartitions = topic.Partitions, ReplicationFactor = -1, Configs = new(topic.Settings) }],
                new CreateTopicsOptions { RequestTimeout = Limit, OperationTimeout = Limit });
            return topic.Partitions;
        }
        catch (CreateTopicsException exception) when (exception.Results.All(result => MayBeThere.Contains(result.Error.Code)))
        {
            // Then it is as somebody else made it.
        }
        catch (KafkaException exception)
        {
            throw new KafkaFailedException(exception.Error.Reason, exception);
        }

        return PartitionsOf(topic.Name);
    }

    /// <summary>A setting of a topic as it is in force.</summary>
    /// <exception cref="KafkaFailedException">No broker answered in ten seconds, or there is no such topic or setting.</exception>
    public async Task<string> SettingAsync(string topic, string setting)
    {
        try
        {
            var answers = await _client.DescribeConfigsAsync(
                [new ConfigResource { Type = ResourceType.Topic, Name = topic }], new DescribeConfigsOptions { RequestTimeout = Limit });
            return answers[0].Entries.TryGetValue(setting, out var entry)
                ? entry.Value
                : throw new KafkaFailedException($"topic {topic} has no setting {setting}", null);
        }
        catch (KafkaException exception)
        {
            throw new KafkaFailedException(exception.Error.Reason, exception);
        }
    }

    public void Dispose() => ClientEnd.Of(_client, _logger);

    private int PartitionsOf(string topic)
    {
        try
        {
            // Of all topics: asked for one that is missing, many brokers make it, with settings of their own.
            var found = _client.GetMetadata(Limit).Topics.Find(known => known.Topic == topic);
            return found is { Error.IsError: false, Partitions.Count: > 0 and var count }
                ? count
                : throw new KafkaFailedException($"topic {topic} is not there yet, or this client may neither make nor see it", null);
        }
        catch (KafkaException exception)
        {
            throw new KafkaFailedException(exception.Error.Reason, exception);
        }
    }
}
