namespace LinkTracker.Conversions;

/// <summary>What one run found. Processor time in microseconds for each transaction or request.</summary>
/// <param name="Client">Of pgbench, or of this process, which sends the requests.</param>
/// <param name="Product">Of the Aggregator or Standalone; 0 for pgbench.</param>
/// <param name="Postgres">Of all processes of the server; 0 on SQLite.</param>
/// <param name="Idle">Of Kafka and Redis, which have no part in it.</param>
/// <param name="P50">Milliseconds from a request to its answer; null for pgbench, which tells its mean alone.</param>
/// <param name="P99">Likewise.</param>
internal sealed record Sample(double PerSecond, double Client, double Product, double Postgres, double Idle, double? P50, double? P99);
