namespace LinkTracker.Aggregator.Tests.Ledger;

/// <summary>
/// A process that is killed at any point of a transaction, and its client, which sends again whatever was not answered:
/// <code>
///   1  in the transaction, or when all is written     nothing of it is there
///   2  behind the commit                              all of it is there, and nobody was told
/// </code>
/// </summary>
/// <param name="oneDeathIn">Of so many points that are passed one is the last.</param>
internal sealed class MortalProcess(int seed, int oneDeathIn)
{
    private readonly Random _random = new(seed);

    /// <summary>Transactions of which nothing was left.</summary>
    public int Undone { get; private set; }

    /// <summary>Transactions that were done without an answer.</summary>
    public int Unanswered { get; private set; }

    private bool IsKilled => _random.Next(oneDeathIn) == 0;

    /// <summary>A point at which it may die.</summary>
    /// <exception cref="ProcessDiedException">It died.</exception>
    public void Pass()
    {
        if (IsKilled)
        {
            throw new ProcessDiedException();
        }
    }

    /// <summary>Runs the transaction until it is answered.</summary>
    /// <param name="run">All of it, with its points.</param>
    /// <param name="undo">What the next start finds of one that died.</param>
    /// <param name="commit">What it finds of one that did not.</param>
    public void Answer(Action run, Action undo, Action commit)
    {
        while (true)
        {
            try
            {
                run();
            }
            catch (ProcessDiedException)
            {
                // :: 1
                undo();
                Undone++;
                continue;
            }

            // :: 2
            commit();
            if (!IsKilled)
            {
                return;
            }

            Unanswered++;
        }
    }
}
