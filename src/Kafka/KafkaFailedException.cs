namespace LinkTracker.Kafka;

/// <summary>Kafka did not do what was asked. The client's own exception is inside, when there was one.</summary>
public sealed class KafkaFailedException(string reason, Exception? cause) : Exception($"Kafka: {reason}", cause);
