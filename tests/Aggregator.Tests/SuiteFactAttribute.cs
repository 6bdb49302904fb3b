using System.Reflection;
using Xunit.Abstractions;
using Xunit.Sdk;

namespace LinkTracker.Aggregator.Tests;

/// <summary>A fact of a suite that several classes inherit. It is skipped in those whose <see cref="NeedsAttribute"/> names what is missing.</summary>
[XunitTestCaseDiscoverer("LinkTracker.Aggregator.Tests.SuiteFactDiscoverer", "LinkTracker.Aggregator.Tests")]
public sealed class SuiteFactAttribute : FactAttribute;

/// <summary>What every fact of a class needs.</summary>
[AttributeUsage(AttributeTargets.Class)]
public sealed class NeedsAttribute(params Need[] needs) : Attribute
{
    public IReadOnlyList<Need> Needs { get; } = needs;

    /// <summary>What is missing of it and how to get it; null when all is there.</summary>
    public string? Missing => new FactWithAttribute(needs).Skip;
}

public sealed class SuiteFactDiscoverer(IMessageSink diagnostics) : FactDiscoverer(diagnostics)
{
    protected override IXunitTestCase CreateTestCase(ITestFrameworkDiscoveryOptions discoveryOptions, ITestMethod testMethod, IAttributeInfo factAttribute) =>
        testMethod.TestClass.Class.ToRuntimeType().GetCustomAttribute<NeedsAttribute>()?.Missing is { } missing
            ? new XunitSkippedDataRowTestCase(
                DiagnosticMessageSink, discoveryOptions.MethodDisplayOrDefault(), discoveryOptions.MethodDisplayOptionsOrDefault(), testMethod, missing)
            : base.CreateTestCase(discoveryOptions, testMethod, factAttribute);
}
