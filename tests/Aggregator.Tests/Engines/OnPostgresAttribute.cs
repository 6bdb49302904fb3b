namespace LinkTracker.Aggregator.Tests.Engines;

/// <summary>Marks the tests of a class whose store is a PostgreSQL; those of any other run on SQLite.</summary>
[AttributeUsage(AttributeTargets.Class)]
public sealed class OnPostgresAttribute() : NeedsAttribute(Need.Postgres);
