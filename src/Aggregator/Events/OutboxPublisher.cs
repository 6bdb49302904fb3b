using LinkTracker.Aggregator.Storage;

namespace LinkTracker.Aggregator.Events;

/// <summary>
/// Sends the events that wait in the database, in order, and lets them go once they are there. After a failure, or when another process
/// takes over, those that were not let go of are sent again.
/// </summary>
internal sealed class OutboxPublisher(Database database, EventSender sender, TimeProvider clock, ILogger<OutboxPublisher> logger)
    : LoneService(database, "publishing events", "events of conversions wait in the database", clock, logger)
{
    private const int MostAtOnce = 500;
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(200);

    private readonly Database _database = database;
    private readonly TimeProvider _clock = clock;

    protected override async Task WorkAsync(CancellationToken cancellation)
    {
        while (true)
        {
            var waiting = _database.Read(session => EventOutbox.First(session, MostAtOnce));
            if (waiting.Count > 0)
            {
                await sender.SendAsync(waiting.Select(one => one.ToEvent()), cancellation);
                await _database.WriteAsync(session => EventOutbox.Remove(session, waiting[^1].Position), cancellation);
            }

            Succeeds();
            if (waiting.Count < MostAtOnce)
            {
                await Task.Delay(Pause, _clock, cancellation);
            }
        }
    }
}
