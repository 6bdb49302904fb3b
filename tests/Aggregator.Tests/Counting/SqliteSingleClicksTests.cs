namespace LinkTracker.Aggregator.Tests.Counting;

public sealed class SqliteSingleClicksTests : SingleClicksSuite
{
    private protected override Task<CountsRig> OpenAsync() => Task.FromResult<CountsRig>(new CountsFile());
}
