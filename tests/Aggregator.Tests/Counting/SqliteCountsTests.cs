namespace LinkTracker.Aggregator.Tests.Counting;

public sealed class SqliteCountsTests : ClickCountsSuite
{
    private protected override Task<CountsRig> OpenAsync() => Task.FromResult<CountsRig>(new CountsFile());
}
