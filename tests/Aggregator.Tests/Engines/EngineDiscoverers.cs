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
    private static readonly string? Missing = new FactWithAttribute(Need.Postgres).Skip;

    /// <summary>The test as one that is skipped; null when it can run.</summary>
    public static IEnumerable<IXunitTestCase>? Skip(ITestFrameworkDiscoveryOptions options, ITestMethod method, IMessageSink messages) =>
        Missing is not null && method.TestClass.Class.GetCustomAttributes(typeof(OnPostgresAttribute)).Any()
            ? [new XunitSkippedDataRowTestCase(messages, options.MethodDisplayOrDefault(), options.MethodDisplayOptionsOrDefault(), method, Missing)]
            : null;
}
