namespace LinkTracker.Servers;

/// <summary>What the relational store runs on.</summary>
public enum Engine
{
    Sqlite,
    Postgres,
}
