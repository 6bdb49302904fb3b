using LinkTracker.Aggregator.Storage;

namespace LinkTracker.Aggregator.Ledger;

/// <summary>
/// Makes commissions payable when their holding period is over, once the fraud rules have looked at them and, where the program asks for
/// it, a person has approved them.
/// </summary>
internal sealed class RewardRelease(Database database, LedgerBooks ledger, TimeProvider clock, ILogger<RewardRelease> logger)
    : LoneService(database, "releasing rewards", "rewards stay pending", clock, logger)
{
    private const int MostAtOnce = 500;
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    private readonly Database _database = database;
    private readonly TimeProvider _clock = clock;

    protected override async Task WorkAsync(CancellationToken cancellation)
    {
        while (true)
        {
            var released = await ReleaseAsync(cancellation);
            Succeeds();
            if (released < MostAtOnce)
            {
                await Task.Delay(Pause, _clock, cancellation);
            }
        }
    }

    /// <summary>Releases the next ones that are due, and returns how many that were.</summary>
    public async Task<int> ReleaseAsync(CancellationToken cancellation)
    {
        // Asked on a snapshot first: as long as nothing is due, no writer waits for this one.
        var now = _clock.GetUtcNow().ToUnixTimeMilliseconds();
        if (_database.Read(session => Due(session, now, 1)).Count == 0)
        {
            return 0;
        }

        return await _database.WriteAsync(
            session =>
            {
                var books = ledger.Open(session);
                var due = books.Track(Due(session, now, MostAtOnce));
                foreach (var row in due)
                {
                    books.Release(row, "release", now);
                }

                books.Save();
                return due.Count;
            },
            cancellation);
    }

    private static IReadOnlyList<CommissionRow> Due(Session session, long now, int most) => session.Query<CommissionRow>(
        """
        SELECT * FROM commissions WHERE state = 'pending' AND available_at <= @now AND is_checked = 1 AND approved_at IS NOT NULL
        ORDER BY available_at, id LIMIT @most
        """,
        new { now, most });
}
