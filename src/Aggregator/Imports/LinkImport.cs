using System.Security.Cryptography;
using System.Text;
using LinkTracker.Aggregator.Api;
using LinkTracker.Aggregator.Links;
using LinkTracker.Aggregator.Storage;
using LinkTracker.Contracts.Links;

namespace LinkTracker.Aggregator.Imports;

/// <summary>
/// One upload on its way into the tables, in two passes over the file: every row is checked while other writers go on, then
/// all rows are written in one transaction. Memory holds 16 bytes for each key, not the rows.
/// </summary>
internal sealed class LinkImport(ImportRow import, string path, LinkRules rules, EntityId ids, long nowMs)
{
    private const int MaxErrors = 100;

    private readonly HashSet<UInt128> _keys = [];
    private readonly HashSet<UInt128> _externalIds = [];
    private readonly Dictionary<long, bool> _partners = [];

    /// <summary>The first pass. Empty when every row may be written.</summary>
    public IReadOnlyList<ImportError> Validate(Session session, CancellationToken cancellation)
    {
        var errors = new List<ImportError>();
        using var statements = new ImportStatements(session);
        foreach (var item in Rows())
        {
            cancellation.ThrowIfCancellationRequested();
            import.RowCount++;
            if (FindFault(session, statements, item) is { } reason)
            {
                errors.Add(new ImportError(item.Row, reason));
                if (errors.Count == MaxErrors)
                {
                    break;
                }
            }
        }

        return errors;
    }

    /// <summary>The second pass. What was taken since the first one stops it.</summary>
    /// <exception cref="ImportRefusedException">With the row; the caller's transaction must be rolled back.</exception>
    public void Write(Session session, CancellationToken cancellation)
    {
        var version = session.Add("link_version", import.RowCount) - import.RowCount;
        var length = ShortCode.LengthFor(session.Add("live_links", import.RowCount));
        using var insert = LinkStatement.Insert(session);
        using var statements = new ImportStatements(session);
        foreach (var item in Rows())
        {
            cancellation.ThrowIfCancellationRequested();
            try
            {
                var row = ToRow(item);
                row.Id = ids.Next();
                if (row.Key.Length == 0)
                {
                    TakeRandomKey(statements, row, length);
                }

                if (row.ExternalId is not null && statements.IsExternalIdTaken(row))
                {
                    throw ApiError.Conflict(TakenId(row));
                }

                // The link first: its place refers to it.
                insert.Execute(row);
                if (!statements.TryTake(row, ++version))
                {
                    throw ApiError.Conflict(Taken(row));
                }
            }
            catch (ApiError wrong)
            {
                throw new ImportRefusedException(item.Row, wrong.Message);
            }

            import.Imported++;
        }
    }

    private IEnumerable<ImportItem> Rows()
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, 1 << 16, FileOptions.SequentialScan);
        foreach (var item in import.Format == "csv" ? CsvRows.Read(file) : JsonRows.Read(file))
        {
            yield return item;
        }
    }

    private LinkRow ToRow(ImportItem item)
    {
        var row = new LinkRow { CreatedAt = nowMs };
        rules.Apply(item.Link ?? throw ApiError.Unprocessable(item.Error!), row, nowMs);
        return row;
    }

    private string? FindFault(Session session, ImportStatements statements, ImportItem item)
    {
        LinkRow row;
        try
        {
            row = ToRow(item);
        }
        catch (ApiError wrong)
        {
            return wrong.Message;
        }

        // Codes that only look alike may come from products where case matters: they are let in, and answer exactly.
        return row switch
        {
            { Key.Length: > 0 } when !_keys.Add(HashOf(row.Domain, row.Key)) => $"key: {row.Key} is in the upload twice.",
            { Key.Length: > 0 } when statements.IsTaken(row) => Taken(row),
            { ExternalId: { } id } when !_externalIds.Add(HashOf("", id)) => $"externalId: {id} is in the upload twice.",
            { ExternalId: not null } when statements.IsExternalIdTaken(row) => TakenId(row),
            { PartnerId: { } partner } when !HasPartner(session, partner) => LinkRules.UnknownPartner(EntityId.Format(EntityId.Partner, partner)).Message,
            _ => null,
        };
    }

    private bool HasPartner(Session session, long partner)
    {
        if (!_partners.TryGetValue(partner, out var known))
        {
            known = session.First<long?>("SELECT id FROM partners WHERE id = @partner", new { partner }) is not null;
            _partners.Add(partner, known);
        }

        return known;
    }

    // Not one that a later row of the upload asks for by name.
    private void TakeRandomKey(ImportStatements statements, LinkRow row, int length)
    {
        do
        {
            LinkRules.SetKey(row, ShortCode.Generate(length));
        }
        while (_keys.Contains(HashOf(row.Domain, row.Key)) || statements.IsAlikeTaken(row));
    }

    private static string Taken(LinkRow row) => $"key: {row.Key} is taken on {row.Domain}.";

    private static string TakenId(LinkRow row) => $"externalId: another link has {row.ExternalId}.";

    private static UInt128 HashOf(string domain, string key) =>
        System.Buffers.Binary.BinaryPrimitives.ReadUInt128LittleEndian(SHA256.HashData(Encoding.UTF8.GetBytes(domain + "\0" + key)));
}

/// <summary>A row that cannot be written although it was in order before.</summary>
internal sealed class ImportRefusedException(long row, string reason) : Exception(reason)
{
    public ImportError Error => new(row, Message);
}
