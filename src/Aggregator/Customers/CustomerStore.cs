using LinkTracker.Aggregator.Api;
using LinkTracker.Aggregator.Conversions;
using LinkTracker.Aggregator.Storage;

namespace LinkTracker.Aggregator.Customers;

/// <summary>Customers that clients make, change and delete. When something changes that credit depends on, what follows from it is derived again.</summary>
internal sealed class CustomerStore(Derivations derivations, RequestHashes hashes, EntityId ids, TimeProvider clock)
{
    /// <summary>Whoever only bought without being known is not shown yet, and who was deleted no more.</summary>
    public const string IsShown = "c.is_pending = 0 AND c.deleted_at IS NULL";

    /// <summary>What stands in place of the shop's id of a deleted customer.</summary>
    public const string DeletedPrefix = "deleted:";

    /// <param name="id">On the wire, or <c>ext_</c> and the shop's id.</param>
    /// <param name="isTest">Whether the shop's id is of test mode.</param>
    public static CustomerRow Get(Session session, string id, bool isTest) => Find(session, id, isTest, IsShown);

    /// <summary>The shop's id in <c>ext_…</c>; null when it is none.</summary>
    public static string? ExternalOf(string id) => id is ['e', 'x', 't', '_', .. var rest] ? rest : null;

    /// <exception cref="ApiError">409 when the customer is known.</exception>
    public CustomerRow Create(Session session, Body<CustomerRequest> body)
    {
        // One that only bought so far is made known by this.
        var row = session.First<CustomerRow>("SELECT * FROM customers WHERE external_id = @stored", new { stored = StoredId(body.Value) }) ?? New(body.Value);
        if (!row.IsPending)
        {
            throw ApiError.Conflict($"externalId: there is a customer {row.ShownId}.");
        }

        body.Value.Apply(body.Has, row, Now());
        row.IsPending = false;
        Save(session, [row]);
        return row;
    }

    /// <summary>Makes customers that the shop had before, and completes those that are known. <c>knownSince</c> is now when it is left out.</summary>
    /// <returns>How many were made, and how many were there.</returns>
    /// <exception cref="ApiError">422, naming the item; nothing is stored then.</exception>
    public (int Created, int Updated) Import(Session session, BodyList<CustomerRequest> bodies)
    {
        // :: 1
        string[] stored = [.. bodies.Items.Select(body => StoredId(body.Value))];
        var rows = session.Query<CustomerRow>($"SELECT * FROM customers WHERE {session.In("external_id", "stored")}", new { stored }).ToDictionary(row => row.ExternalId);

        // :: 2
        var created = 0;
        foreach (var (externalId, body) in stored.Zip(bodies.Items))
        {
            if (!rows.TryGetValue(externalId, out var row))
            {
                rows.Add(externalId, row = New(body.Value));
            }

            created += row.IsPending ? 1 : 0;
            row.KnownSince ??= Now();
            row.IsPending = false;
            body.Value.Apply(body.Has, row, Now());
        }

        // :: 3
        Save(session, rows.Values);
        return (created, bodies.Items.Count - created);
    }

    public CustomerRow Update(Session session, string id, bool isTest, Body<CustomerUpdate> body)
    {
        var row = Get(session, id, isTest);
        if (body.Has("externalId"))
        {
            Rename(session, row, IntakeBatch.StoredId(row.IsTest, CheckExternalId(body.Value.ExternalId)));
        }

        body.Value.Apply(body.Has, row, Now());
        ConversionTables.Customers.Upsert(session, [row]);
        FollowName(session, row);
        return row;
    }

    /// <summary>Takes away whatever tells who it was, also of one that only bought so far. What it bought stays, and stays credited.</summary>
    public CustomerRow Delete(Session session, string id, bool isTest)
    {
        var row = Find(session, id, isTest, "c.deleted_at IS NULL");
        PersonalData.Erase(session, hashes, row, IntakeBatch.StoredId(row.IsTest, DeletedPrefix + EntityId.Format(EntityId.Customer, row.Id)), Now());
        FollowName(session, row);
        return row;
    }

    private static CustomerRow Find(Session session, string id, bool isTest, string condition)
    {
        EntityId.TryParse(EntityId.Customer, id, out var number);
        var external = ExternalOf(id) is { } shown ? IntakeBatch.StoredId(isTest, shown) : null;
        return session.First<CustomerRow>($"SELECT * FROM customers c WHERE {condition} AND (c.id = @number OR c.external_id = @external)", new { number, external })
            ?? throw ApiError.NotFound($"There is no customer {id}.");
    }

    private static string CheckExternalId(string? externalId) => TrackRequest.CheckCustomer(externalId, "externalId");

    private static string StoredId(CustomerRequest request) => IntakeBatch.StoredId(request.TestMode == true, CheckExternalId(request.ExternalId));

    private CustomerRow New(CustomerRequest request) => CustomerRow.Unknown(ids.Next(), request.TestMode == true, CheckExternalId(request.ExternalId), Now());

    private void Save(Session session, IReadOnlyCollection<CustomerRow> rows)
    {
        ConversionTables.Customers.Upsert(session, rows);
        derivations.Again(session, [.. rows.Select(row => row.Id)], areTouched: true);
    }

    // Keys of leads hold the name, and decide among commissions of one moment.
    private void FollowName(Session session, CustomerRow row)
    {
        derivations.Again(session, [row.Id], areTouched: true);
        PersonalData.RenameLeftOver(session, row);
    }

    private void Rename(Session session, CustomerRow row, string stored)
    {
        if (stored != row.ExternalId && session.First<long?>("SELECT id FROM customers WHERE external_id = @stored", new { stored }) is not null)
        {
            throw ApiError.Conflict("externalId: another customer has it.");
        }

        PersonalData.Rename(session, hashes, row, stored);
    }

    private long Now() => clock.GetUtcNow().ToUnixTimeMilliseconds();
}
