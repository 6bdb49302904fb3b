namespace LinkTracker.Aggregator.Tests.Counting;

public sealed class SqliteSuiteTests : ClickCountsSuite
{
    private protected override Task<CountsRig> OpenAsync() => Task.FromResult<CountsRig>(new CountsFile());
}
