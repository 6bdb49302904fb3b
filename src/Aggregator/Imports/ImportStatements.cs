using System.Data.Common;
using LinkTracker.Aggregator.Links;
using LinkTracker.Aggregator.Storage;

namespace LinkTracker.Aggregator.Imports;

/// <summary>Prepared statements for work on many rows.</summary>
internal sealed class ImportStatements : IDisposable
{
    private readonly DbCommand _isTaken;
    private readonly DbCommand _isAlikeTaken;
    private readonly DbCommand _isExternalIdTaken;
    private readonly DbCommand _stage;
    private readonly DbCommand _take;

    public ImportStatements(Session session)
    {
        _isTaken = Prepare(
            session,
            """
            SELECT 1 FROM link_places WHERE domain = @domain AND key = @key AND link_id IS NOT NULL
            UNION ALL SELECT 1 FROM staged_links WHERE domain = @domain AND key_folded = @folded AND key = @key
            LIMIT 1
            """,
            "@domain", "@key", "@folded");
        _isAlikeTaken = Prepare(
            session,
            """
            SELECT 1 FROM links WHERE domain = @domain AND key_folded = @key AND deleted_at IS NULL
            UNION ALL SELECT 1 FROM staged_links WHERE domain = @domain AND key_folded = @key
            LIMIT 1
            """,
            "@domain", "@key");
        _isExternalIdTaken = Prepare(
            session,
            """
            SELECT 1 FROM links WHERE external_id = @id AND deleted_at IS NULL
            UNION ALL SELECT 1 FROM staged_links WHERE external_id = @id
            LIMIT 1
            """,
            "@id");
        _stage = Prepare(
            session, "INSERT INTO staged_links (id, import_id, domain, key, key_folded, external_id, link) VALUES (@id, @import, @domain, @key, @folded, @external, @link)",
            "@id", "@import", "@domain", "@key", "@folded", "@external", "@link");
        _take = Prepare(
            session,
            """
            INSERT INTO link_places (domain, key, link_id, version) VALUES (@domain, @key, @link, @version)
            ON CONFLICT (domain, key) DO UPDATE SET link_id = @link, version = @version WHERE link_places.link_id IS NULL
            """,
            "@domain", "@key", "@link", "@version");
    }

    /// <summary>Whether a link has exactly this key, or gets it from an import of another Aggregator.</summary>
    public bool IsTaken(LinkRow row) => With(_isTaken, row.Domain, row.Key, row.KeyFolded).ExecuteScalar() is not null;

    /// <summary>Whether a live or staged link has a key with the same normal form.</summary>
    public bool IsAlikeTaken(LinkRow row) => With(_isAlikeTaken, row.Domain, row.KeyFolded).ExecuteScalar() is not null;

    public bool IsExternalIdTaken(LinkRow row) => With(_isExternalIdTaken, row.ExternalId!).ExecuteScalar() is not null;

    public void Stage(ImportRow import, LinkRow row) => With(_stage, row.Id, import.Id, row.Domain, row.Key, row.KeyFolded, (object?)row.ExternalId ?? DBNull.Value, StagedLinks.ToJson(row)).ExecuteNonQuery();

    /// <summary>Puts the link into its place; false when another one is there.</summary>
    public bool TryTake(LinkRow row, long version) => With(_take, row.Domain, row.Key, row.Id, version).ExecuteNonQuery() == 1;

    public void Dispose()
    {
        _isTaken.Dispose();
        _isAlikeTaken.Dispose();
        _isExternalIdTaken.Dispose();
        _stage.Dispose();
        _take.Dispose();
    }

    private static DbCommand Prepare(Session session, string sql, params ReadOnlySpan<string> names)
    {
        var command = session.CreateCommand(sql);
        foreach (var name in names)
        {
            var parameter = command.CreateParameter();
            parameter.ParameterName = name;
            command.Parameters.Add(parameter);
        }

        return command;
    }

    private static DbCommand With(DbCommand command, params ReadOnlySpan<object> values)
    {
        for (var i = 0; i < values.Length; i++)
        {
            command.Parameters[i].Value = values[i];
        }

        return command;
    }
}
