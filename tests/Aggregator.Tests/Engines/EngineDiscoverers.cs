using System.Reflection;
using Xunit.Abstractions;
using Xunit.Sdk;

namespace LinkTracker.Aggregator.Tests.Engines;

public sealed class EngineFactDiscoverer(IMessageSink messages) : FactDiscoverer(messages)
{
    public override IEnumerable<IXunitTestCase> Discover(ITestFrameworkDiscoveryOptions discoveryOptions, ITestMethod testMethod, IAttributeInfo factAttribute) =>
        MissingServer.Skip(discoveryOptions, testMethod, DiagnosticMessageSink) ?? base.Discover(discoveryOptions, testMethod, factAttribute);
}

public sealed class EngineTheoryDiscoverer(IMessageSink messages) : TheoryDiscoverer(messages)
{
    public override IEnumerable<IXunitTestCase> Discover(ITestFrameworkDiscoveryOptions discoveryOptions, ITestMethod testMethod, IAttributeInfo theoryAttribute) =>
        MissingServer.Skip(discoveryOptions, testMethod, DiagnosticMessageSink) ?? base.Discover(discoveryOptions, testMethod, theoryAttribute);
}

internal static class MissingServer
{
    /// <summary>The test as one that is skipped; null when it can run.</summary>
    public static IEnumerable<IXunitTestCase>? Skip(ITestFrameworkDiscoveryOptions options, ITestMethod method, IMessageSink messages) =>
        method.TestClass.Class.ToRuntimeType().GetCustomAttribute<NeedsAttribute>()?.Missing is { } missing
            ? [new XunitSkippedDataRowTestCase(messages, options.MethodDisplayOrDefault(), options.MethodDisplayOptionsOrDefault(), method, missing)]
            : null;
}
