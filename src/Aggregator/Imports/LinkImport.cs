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
    private readonly Dictionary<(long? Partner, bool IsLive), string?> _owners = [];

    /// <summary>The first pass. Empty when every row may be staged.</summary>
    public IReadOnlyList<ImportError> Validate(Session session, CancellationToken cancellation)
    {
        var errors = new List<ImportError>();
        foreach (var items in Rows().Chunk(StagedLinks.RowsAtOnce))
        {
            cancellation.ThrowIfCancellationRequested();
            errors.AddRange(FindFaults(session, items).Take(MaxErrors - errors.Count));
            if (errors.Count == MaxErrors)
            {
                break;
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
        var length = ShortCode.LengthFor(TakenKeys.CountLive(session) + import.RowCount);
        var links = new List<LinkRow>();
        var numbers = new List<long>();
        while (links.Count < StagedLinks.RowsAtOnce && rows.MoveNext())
        {
            links.Add(Checked(rows.Current.Row, () => ToRow(rows.Current)));
            numbers.Add(rows.Current.Row);
        }

        var taken = new TakenNames(session, links);
        var folded = links.Select(row => (row.Domain, row.KeyFolded)).ToHashSet();
        foreach (var (number, row) in numbers.Zip(links))
        {
            row.Id = ids.Next();
            Checked(number, () => FindTaken(taken, row) is { } fault ? throw ApiError.Conflict(fault) : row);
            if (row.Key.Length == 0)
            {
                TakeRandomKey(session, row, length, folded);
            }
        }

        StagedLinks.Add(session, import, links);
        return links.Count == StagedLinks.RowsAtOnce;
    }

    // What was in order in the first pass.
    private static LinkRow Checked(long number, Func<LinkRow> make)
    {
        try
        {
            return make();
        }
        catch (ApiError wrong)
        {
            throw new ImportRefusedException(number, wrong.Message);
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

    private IEnumerable<ImportError> FindFaults(Session session, ImportItem[] items)
    {
        var rows = Array.ConvertAll(items, Read);
        var taken = new TakenNames(session, [.. rows.Select(row => row.Link).OfType<LinkRow>()]);
        for (var i = 0; i < items.Length; i++)
        {
            import.RowCount++;
            if ((rows[i].Error ?? FindFault(session, taken, rows[i].Link!)) is { } reason)
            {
                yield return new ImportError(items[i].Row, reason);
            }
        }
    }

    private (LinkRow? Link, string? Error) Read(ImportItem item)
    {
        try
        {
            return (ToRow(item), null);
        }
        catch (ApiError wrong)
        {
            return (null, wrong.Message);
        }
    }

    // Codes that only look alike may come from products where case matters: they are let in, and answer exactly.
    private string? FindFault(Session session, TakenNames taken, LinkRow row) => row switch
    {
        { Key.Length: > 0 } when !_keys.Add(HashOf(row.Domain, row.Key)) => $"key: {row.Key} is in the upload twice.",
        { ExternalId: { } id } when !_externalIds.Add(HashOf("", id)) => $"externalId: {id} is in the upload twice.",
        _ => FindOwnerFault(session, row) ?? FindTaken(taken, row),
    };

    private static string? FindTaken(TakenNames taken, LinkRow row) => row switch
    {
        { Key.Length: > 0 } when taken.HasKeyOf(row) => $"key: {row.Key} is taken on {row.Domain}.",
        { ExternalId: not null } when taken.HasExternalIdOf(row) => $"externalId: another link has {row.ExternalId}.",
        _ => null,
    };

    private string? FindOwnerFault(Session session, LinkRow row)
    {
        var owner = (row.PartnerId, row.DisabledAt is null);
        if (!_owners.TryGetValue(owner, out var fault))
        {
            _owners.Add(owner, fault = LinkOwner.FindFault(session, row));
        }

        return fault;
    }

    // Not one that a later row of the upload asks for by name, nor one that looks like another of this transaction.
    private void TakeRandomKey(Session session, LinkRow row, int length, HashSet<(string Domain, string Folded)> folded)
    {
        do
        {
            LinkRules.SetKey(row, ShortCode.Generate(length));
        }
        while (_keys.Contains(HashOf(row.Domain, row.Key)) || !folded.Add((row.Domain, row.KeyFolded)) || TakenKeys.IsTaken(session, row.Domain, row.KeyFolded, except: 0));
    }

    private static UInt128 HashOf(string domain, string key) =>
        System.Buffers.Binary.BinaryPrimitives.ReadUInt128LittleEndian(SHA256.HashData(Encoding.UTF8.GetBytes(domain + "\0" + key)));
}

/// <summary>A row that cannot be staged although it was in order before.</summary>
internal sealed class ImportRefusedException(long row, string reason) : Exception(reason)
{
    public ImportError Error => new(row, Message);
}
