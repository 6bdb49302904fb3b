using System.Security.Cryptography;
using System.Text;
using LinkTracker.Aggregator.Api;
using LinkTracker.Aggregator.Links;
using LinkTracker.Aggregator.Storage;
using LinkTracker.Contracts.Links;

namespace LinkTracker.Aggregator.Imports;

/// <summary>
/// One upload on its way into <see cref="StagedLinks"/>, in two passes over the file: first every row is checked, then every row
/// is staged. Other writers go on meanwhile. Memory holds 16 bytes for each key, not the rows.
/// </summary>
internal sealed class LinkImport(ImportRow import, string path, LinkRules rules, EntityId ids, long nowMs)
{
    private const int MaxErrors = 100;

    private readonly HashSet<UInt128> _keys = [];
    private readonly HashSet<UInt128> _externalIds = [];
    private readonly Dictionary<long, bool> _partners = [];

    /// <summary>The first pass. Empty when every row may be staged.</summary>
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

    /// <summary>The second pass: reserves the keys, in many short transactions. What was taken since the first pass stops it.</summary>
    /// <exception cref="ImportRefusedException">With the row; what was staged must be discarded.</exception>
    /// <exception cref="ImportTakenException">Another Aggregator has ended the import.</exception>
    public async Task StageAsync(Database database, CancellationToken cancellation)
    {
        using var rows = Rows().GetEnumerator();
        while (await database.WriteAsync(session => Stage(session, rows), cancellation))
        {
        }
    }

    /// <summary>False when there are no more.</summary>
    private bool Stage(Session session, IEnumerator<ImportItem> rows)
    {
        ImportStore.CheckHeld(session, import);
        var length = ShortCode.LengthFor(session.Counter(LinkStore.LiveLinks) + import.RowCount);
        using var statements = new ImportStatements(session);
        for (var i = 0; i < StagedLinks.RowsAtOnce; i++)
        {
            if (!rows.MoveNext())
            {
                return false;
            }

            try
            {
                Stage(statements, ToRow(rows.Current), length);
            }
            catch (ApiError wrong)
            {
                throw new ImportRefusedException(rows.Current.Row, wrong.Message);
            }
        }

        return true;
    }

    private void Stage(ImportStatements statements, LinkRow row, int length)
    {
        row.Id = ids.Next();
        if (row.Key.Length == 0)
        {
            TakeRandomKey(statements, row, length);
        }
        else if (statements.IsTaken(row))
        {
            throw ApiError.Conflict(Taken(row));
        }

        if (row.ExternalId is not null && statements.IsExternalIdTaken(row))
        {
            throw ApiError.Conflict(TakenId(row));
        }

        statements.Stage(import, row);
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

/// <summary>A row that cannot be staged although it was in order before.</summary>
internal sealed class ImportRefusedException(long row, string reason) : Exception(reason)
{
    public ImportError Error => new(row, Message);
}
