namespace LinkTracker.Aggregator.Tests.Ledger;

/// <summary>The process was killed here.</summary>
internal sealed class ProcessDiedException : Exception;
