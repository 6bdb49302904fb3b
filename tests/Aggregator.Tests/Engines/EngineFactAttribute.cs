using Xunit.Sdk;

namespace LinkTracker.Aggregator.Tests.Engines;

/// <summary>A fact of <see cref="EngineTests"/>: skipped by the server's name where its class needs one that is not there.</summary>
[XunitTestCaseDiscoverer("LinkTracker.Aggregator.Tests.Engines.EngineFactDiscoverer", "LinkTracker.Aggregator.Tests")]
[AttributeUsage(AttributeTargets.Method)]
public sealed class EngineFactAttribute : FactAttribute;

/// <summary>A theory of <see cref="EngineTests"/>: skipped like <see cref="EngineFactAttribute"/>.</summary>
[XunitTestCaseDiscoverer("LinkTracker.Aggregator.Tests.Engines.EngineTheoryDiscoverer", "LinkTracker.Aggregator.Tests")]
[AttributeUsage(AttributeTargets.Method)]
public sealed class EngineTheoryAttribute : TheoryAttribute;
