using LinkTracker.Aggregator.Storage;
using LinkTracker.Kafka;

namespace LinkTracker.Aggregator.Links;

/// <summary>
/// Publishes changes of links to Edges in other processes. Places and their versions are the outbox: what is beyond the counter is not
/// published yet. Changes of this process wake it; those of others it finds within 200 ms.
/// </summary>
internal sealed class LinkPublisher(
    KafkaConnection kafka, Database database, DatabaseLinkSource links, EntityId ids, TimeProvider clock, ILogger<LinkPublisher> logger)
    : LoneService(database, "publishing links", "changes of links wait in the database, and Edges in other processes serve what they have", clock, logger)
{
    private readonly Database _database = database;
    private readonly TimeProvider _clock = clock;

    protected override async Task WorkAsync(CancellationToken cancellation)
    {
        using var publication = await LinkPublication.OpenAsync(kafka, _database, ids, _clock, cancellation);
        await foreach (var batch in links.ReadAsync(publication.Published, cancellation))
        {
            await publication.PublishAsync(batch, cancellation);
            Succeeds();
        }
    }
}
