using LinkTracker.Aggregator.Api;
using LinkTracker.Aggregator.Conversions;
using LinkTracker.Aggregator.Customers;
using LinkTracker.Aggregator.Storage;

namespace LinkTracker.Aggregator.Programs;

/// <summary>Finds customers by the ids that a request names.</summary>
internal static class CustomerNames
{
    private const int MaxNames = 1_000;

    /// <exception cref="ApiError">422 for none or too many.</exception>
    public static string[] Check(string?[] names)
    {
        Fields.Between(names.Length, "customerIds: the number of items", 1, MaxNames);
        return [.. names.Select(name => Fields.Required(name, "customerIds", 200)).Distinct(StringComparer.Ordinal)];
    }

    /// <param name="names">Ids on the wire, or <c>ext_</c> and the shop's own ids.</param>
    /// <exception cref="ApiError">404 naming the first that is not there.</exception>
    public static long[] Find(Session session, ReferralProgram program, string[] names)
    {
        var byId = names.Select(name => EntityId.TryParse(EntityId.Customer, name, out var id) ? id : 0L).ToArray();
        var byExternal = names.Select(name => CustomerStore.ExternalOf(name) is { } external ? IntakeBatch.StoredId(program.IsTest, external) : null).ToArray();
        var found = session.Query<(long Id, string External)>(
            $"SELECT id, external_id FROM customers WHERE {session.In("id", "ids")} OR {session.In("external_id", "externals")}",
            new { ids = byId.Where(id => id > 0).ToArray(), externals = byExternal.OfType<string>().ToArray() });
        var (ids, externals) = (found.Select(row => row.Id).ToHashSet(), found.Select(row => row.External).ToHashSet(StringComparer.Ordinal));
        for (var i = 0; i < names.Length; i++)
        {
            if (!ids.Contains(byId[i]) && !externals.Contains(byExternal[i] ?? ""))
            {
                throw ApiError.NotFound($"There is no customer {names[i]}.");
            }
        }

        return [.. ids];
    }
}
