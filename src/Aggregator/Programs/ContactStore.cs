using LinkTracker.Aggregator.Attribution;
using LinkTracker.Aggregator.Storage;

namespace LinkTracker.Aggregator.Programs;

/// <summary>People whom referrers named before they came.</summary>
internal static class ContactStore
{
    /// <summary>Who named the owners of these hashes (see <see cref="ContactHash.Of"/>), as evidence, by hash.</summary>
    public static Lazy<ILookup<string, Touch>> Ask(Session session, IReadOnlyCollection<string> hashes)
    {
        var rows = hashes.Count == 0 ? new([]) : session.Ask<ContactRow>(
            $"SELECT hash, program_id, partner_id, link_id, occurred_at FROM contacts WHERE {session.In("hash", "hashes")} ORDER BY id",
            ("hashes", hashes.ToArray()));
        return new(() => rows.Value.ToLookup(row => row.Hash, row => row.ToTouch()));
    }

    /// <summary>Keeps who named whom since when. Who named the same person again stays with the first time.</summary>
    /// <returns>The id of the row that is there now, and since when.</returns>
    public static ContactRow Add(Session session, ContactRow row) => session.First<ContactRow>(
        """
        INSERT INTO contacts (id, program_id, partner_id, link_id, hash, occurred_at) VALUES (@Id, @ProgramId, @PartnerId, @LinkId, @Hash, @OccurredAt)
        ON CONFLICT (program_id, partner_id, hash) DO UPDATE SET link_id = contacts.link_id
        RETURNING *
        """,
        row)!;
}

/// <summary>A row of <c>contacts</c>.</summary>
internal sealed class ContactRow
{
    public long Id { get; set; }

    public long ProgramId { get; set; }

    public long PartnerId { get; set; }

    public long LinkId { get; set; }

    public string Hash { get; set; } = "";

    public long OccurredAt { get; set; }

    public Touch ToTouch() => new(Method.Contact, LinkId, PartnerId, null, OccurredAt, ProgramId: ProgramId);
}
