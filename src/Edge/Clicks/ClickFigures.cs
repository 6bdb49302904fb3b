using LinkTracker.ServiceDefaults;

namespace LinkTracker.Edge.Clicks;

/// <summary>
/// The Edge's equations: <c>offered = appended + dropped_declared</c> and <c>appended = delivered + backlog +
/// quarantined</c>, of an Edge alone <c>+ expired</c>, over all starts. Exact whenever no click is on its way; the backlog is what the writers counted less
/// what the readers found, so it shows when the two disagree.
/// </summary>
internal sealed class ClickFigures(ClickFolder folder, LogWriter writer, bool isDurable) : IStatsSection
{
    public string Name => "edge";

    public object Read() => Take();

    public EdgeStats Take()
    {
        var forgotten = folder.Identity.Forgotten;
        var homeless = writer.Homeless;
        var offered = forgotten.Appended + forgotten.Dropped + homeless.Offered;
        var (appended, dropped) = (forgotten.Appended, forgotten.Dropped + homeless.Dropped);
        var (delivered, expired, quarantined) = (forgotten.Delivered, forgotten.Expired, forgotten.Quarantined);
        foreach (var epoch in folder.Shelf.All)
        {
            var (released, unread) = epoch.Progress.Done;
            offered += epoch.Offered;
            appended += epoch.Appended;
            dropped += epoch.Dropped;
            delivered += released.Records - unread;
            expired += unread;
            quarantined += released.Missing;
        }

        return new EdgeStats
        {
            Offered = offered,
            Appended = appended,
            DroppedDeclared = dropped,
            Delivered = delivered,
            Expired = expired,
            Backlog = appended - delivered - expired - quarantined,
            Quarantined = quarantined,
            AnsweredBeforeDurable = writer.Commits.AnsweredBeforeDurable,
            Durable = isDurable,
            Writable = writer.Current.IsWritable,
            Epoch = $"{writer.Current.Epoch?.Id ?? 0:x16}",
        };
    }
}
