namespace LinkTracker.Aggregator.Tests.Ledger;

public class BooksStreamTests
{
    private const int Operations = 1_000_000;
    private const int InOneWorld = 200;
    private const int OneDeathIn = 200;

    // Of so many worlds one is lived twice, because that costs as much again.
    private const int OneTwinIn = 4;

    [Theory]
    [InlineData(0)]
    public void After_every_operation_of_a_million_with_crashes_the_books_balance_and_caps_hold_and_in_the_end_no_crash_can_be_seen(int firstSeed)
    {
        // One after the other: on all processors they would take the pool's threads from the tests beside.
        var (undone, unanswered) = (0, 0);
        for (var seed = firstSeed; seed < firstSeed + (Operations / InOneWorld); seed++)
        {
            var process = Live(seed);
            (undone, unanswered) = (undone + process.Undone, unanswered + process.Unanswered);
        }

        Assert.True(undone > Operations / 20, $"only {undone} transactions were undone");
        Assert.True(unanswered > Operations / OneDeathIn / 2, $"only {unanswered} transactions were done without an answer");
    }

    private static MortalProcess Live(int seed)
    {
        var process = new MortalProcess(seed, OneDeathIn);
        var mortal = ShopDay.Many(seed, InOneWorld, (memory, work) => process.Answer(
            () =>
            {
                work(new CrashingLedger(memory, process.Pass));
                process.Pass();
            },
            memory.Rollback,
            memory.Commit));
        if (seed % OneTwinIn == 0)
        {
            SameBooks.Hold(seed, ShopDay.Many(seed, InOneWorld), mortal);
        }

        return process;
    }
}
