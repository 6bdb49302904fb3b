using Xunit.Sdk;

namespace LinkTracker.Aggregator.Tests.Engines;

/// <summary>A fact that several classes inherit: skipped by the server's name in those that need one that is not there, see <see cref="NeedsAttribute"/>.</summary>
[XunitTestCaseDiscoverer("LinkTracker.Aggregator.Tests.Engines.EngineFactDiscoverer", "LinkTracker.Aggregator.Tests")]
[AttributeUsage(AttributeTargets.Method)]
public sealed class EngineFactAttribute : FactAttribute;

/// <summary>A theory that several classes inherit: skipped like <see cref="EngineFactAttribute"/>.</summary>
[XunitTestCaseDiscoverer("LinkTracker.Aggregator.Tests.Engines.EngineTheoryDiscoverer", "LinkTracker.Aggregator.Tests")]
[AttributeUsage(AttributeTargets.Method)]
public sealed class EngineTheoryAttribute : TheoryAttribute;
