using LinkTracker.Aggregator.Codes;
using LinkTracker.Aggregator.Customers;
using LinkTracker.Aggregator.Fraud;
using LinkTracker.Aggregator.Links;
using LinkTracker.Aggregator.Programs;
using LinkTracker.Aggregator.Storage;

namespace LinkTracker.Aggregator.Conversions;

/// <summary>
/// All that the requests of one transaction need of the database, loaded by sets, and all that they change, to be saved by sets. In
/// between everything happens here, in memory: a request that is refused has changed nothing.
/// </summary>
internal sealed class IntakeBatch
{
    private readonly Session _session;
    private readonly Dictionary<string, CustomerRecord> _customers = [];
    private readonly Dictionary<string, ConversionRecord> _sales = [];
    private readonly Dictionary<string, FirstAnswer> _answers = [];
    private readonly Dictionary<string, List<AdjustmentRecord>> _waiting = [];
    private readonly Dictionary<string, long> _counts = [];
    private readonly Dictionary<string, long> _conflicts = [];
    private readonly Dictionary<long, LinkRow?> _links = [];
    private readonly IReadOnlyDictionary<string, long> _linksOfCodes;
    private readonly RequestHashes _hashes;
    private Dictionary<string, FirstAnswer> _retired = [];
    private readonly HashSet<CustomerRecord> _touched = [];
    private IReadOnlySet<string> _full = new HashSet<string>();
    private readonly List<(long Conversion, SignalRow Signal)> _signals = [];
    private readonly HashSet<CancellationRow> _cancellations = [];

    private IntakeBatch(Session session, ProgramSet programs, IReadOnlyDictionary<string, long> linksOfCodes, ContactBook contacts, RequestHashes hashes, long nowMs) =>
        (_session, Programs, _linksOfCodes, Contacts, _hashes, NowMs) = (session, programs, linksOfCodes, contacts, hashes, nowMs);

    /// <summary>When the batch is taken in, Unix milliseconds.</summary>
    public long NowMs { get; }

    public ProgramSet Programs { get; }

    /// <summary>Who named the customers of the requests before they came.</summary>
    public ContactBook Contacts { get; }

    /// <summary>Customers of whom something new was told.</summary>
    public IReadOnlyCollection<CustomerRecord> Touched => _touched;

    /// <summary>Facts of this batch with their customers, in the order of the requests.</summary>
    public List<(ConversionRecord Conversion, CustomerRow Customer)> Added { get; } = [];

    /// <summary>Refunds and chargebacks of this batch, in the order of the requests.</summary>
    public List<AdjustmentRow> Refunds { get; } = [];

    /// <param name="domain">That codes are typed of.</param>
    public static IntakeBatch Load(Session session, IntakeNames names, ProgramSet programs, ContactHash contacts, RequestHashes hashes, string domain, long nowMs)
    {
        // :: 1
        var batch = new IntakeBatch(session, programs, TypedCodes.Resolve(session, domain, names.Codes), ContactBook.Load(session, contacts, names.People), hashes, nowMs);
        long[] links = [.. names.Links.Union(batch._linksOfCodes.Values)];
        foreach (var link in links.Length == 0 ? [] : session.Query<LinkRow>($"SELECT * FROM links WHERE {session.In("id", "links")}", new { links }))
        {
            batch._links.Add(link.Id, link);
        }

        // :: 2
        batch.LoadAnswers(names);
        batch._retired = RetiredKeys.Find(session, names.Retired);

        // :: 3
        batch._full = CustomerRecords.Full(session, names.Customers.Except(names.Canceling));
        var ids = batch._answers.Values.Select(answer => answer.CustomerId).OfType<long>().Distinct().ToArray();
        var condition = $"{session.In("external_id", "names")} OR {session.In("id", "ids")}";
        foreach (var customer in CustomerRecords.Load(session, condition, new { names = names.Customers.Except(batch._full).ToArray(), ids }))
        {
            batch._customers.Add(customer.Row.ExternalId, customer);
            foreach (var sale in customer.Conversions.Where(conversion => conversion.Row is { Kind: "sale", BusinessKey: not null }))
            {
                batch._sales.Add(sale.Row.BusinessKey!, sale);
            }
        }

        return batch;
    }

    public LinkRow? Link(long id)
    {
        if (!_links.TryGetValue(id, out var link))
        {
            link = _session.First<LinkRow>("SELECT * FROM links WHERE id = @id", new { id });
            _links.Add(id, link);
        }

        return link;
    }

    public LinkRow? LinkOfCode(string code) => _linksOfCodes.TryGetValue(code, out var id) ? Link(id) : null;

    /// <param name="externalId">The shop's id of it.</param>
    public CustomerRecord? Customer(bool isTest, string externalId) => _customers.GetValueOrDefault(StoredId(isTest, externalId));

    /// <summary>Whether so much was told of the customer that nothing more is taken in. It is then not loaded for it.</summary>
    public bool IsFull(bool isTest, string externalId) => _full.Contains(StoredId(isTest, externalId)) || Customer(isTest, externalId)?.IsFull == true;

    public ConversionRecord? Sale(string key) => _sales.GetValueOrDefault(key);

    /// <summary>
    /// The answer to the first request with this key; null when this is the first. A repeat that says something else is
    /// counted as a conflict and changes nothing more.
    /// </summary>
    public string? Repeat(string? key, RequestHash hash)
    {
        if (key is null || !_answers.TryGetValue(key, out var first))
        {
            return key is null ? null : RepeatOfRetired(key, hash);
        }

        var isConflict = !hash.Is(first.RequestHash);
        Count(first.Kind + (isConflict ? "_conflicts" : "_repeats"), 1);
        if (isConflict)
        {
            _conflicts[key] = _conflicts.GetValueOrDefault(key) + 1;
        }

        return first.Answer;
    }

    /// <summary>The same, where another body is no repeat.</summary>
    public string? RepeatOfSame(string? key, RequestHash hash) =>
        key is not null && (!_answers.TryGetValue(key, out var first) || hash.Is(first.RequestHash)) ? Repeat(key, hash) : null;

    public CustomerRecord Add(CustomerRow row)
    {
        var customer = new CustomerRecord(row, isNew: true);
        _customers.Add(row.ExternalId, customer);
        _touched.Add(customer);
        return customer;
    }

    /// <summary>A conversion of which nothing was known. Refunds that waited for it are its own now.</summary>
    public void Add(CustomerRecord customer, ConversionRecord conversion)
    {
        customer.Add(conversion);
        _touched.Add(customer);
        Added.Add((conversion, customer.Row));
        if (conversion.Row is { Kind: "sale", BusinessKey: { } key })
        {
            _sales.Add(key, conversion);
            conversion.Adjustments.AddRange(_waiting.Remove(key, out var waiting) ? waiting : []);
        }
    }

    /// <summary>A refund. Returns the customer of its sale; null when it waits for that.</summary>
    public CustomerRecord? Add(AdjustmentRow row)
    {
        var adjustment = new AdjustmentRecord(row, isNew: true);
        Refunds.Add(row);
        if (Sale(row.SaleKey) is not { } sale)
        {
            Wait(adjustment);
            return null;
        }

        sale.Adjustments.Add(adjustment);
        var customer = _customers.Values.Single(customer => customer.Row.Id == sale.Row.CustomerId);
        _touched.Add(customer);
        return customer;
    }

    /// <summary>What may be kept of the customer's address; null when none was told.</summary>
    public void Add(ConversionRow row, SignalRow? signal)
    {
        if (signal is not null)
        {
            _signals.Add((row.Id, signal));
        }
    }

    /// <summary>Told twice it is one.</summary>
    public void Add(CancellationRow row) => _cancellations.Add(row);

    public void Touch(CustomerRecord customer) => _touched.Add(customer);

    /// <summary>Repeats of this key get this answer from now on.</summary>
    public void Keep(string? key, FirstAnswer answer)
    {
        if (key is not null)
        {
            _answers.Add(key, answer);
        }
    }

    public void Count(string counter, long by) => _counts[counter] = _counts.GetValueOrDefault(counter) + by;

    /// <summary>Stores what belongs to no customer, and what hangs on customers and conversions, which are stored by then.</summary>
    public void Save()
    {
        ConversionTables.Adjustments.Insert(_session, [.. _waiting.Values.SelectMany(some => some).Where(one => one.IsNew).Select(one => one.Row)]);
        SignalRow.Insert(_session, _signals);
        ConversionTables.Cancellations.Upsert(_session, _cancellations);
        foreach (var (counter, by) in _counts.OrderBy(count => count.Key, StringComparer.Ordinal))
        {
            _session.Add(counter, by);
        }

        foreach (var (key, by) in _conflicts)
        {
            _session.Execute("UPDATE conversions SET conflicts = conflicts + @by WHERE business_key = @key", new { key, by });
            _session.Execute("UPDATE adjustments SET conflicts = conflicts + @by WHERE business_key = @key", new { key, by });
        }
    }

    /// <summary>How the shop's id stands in the database.</summary>
    public static string StoredId(bool isTest, string externalId) => isTest ? CustomerRecord.TestPrefix + externalId : externalId;

    // Only of an equal request: who comes by another one under that name is somebody else.
    private string? RepeatOfRetired(string key, RequestHash hash)
    {
        var first = _retired.Count == 0 ? null : _hashes.Retired(key, hash).Select(retired => _retired.GetValueOrDefault(retired)).FirstOrDefault(known => known is not null);
        if (first is not null)
        {
            Count(first.Kind + "_repeats", 1);
        }

        return first?.Answer;
    }

    private void LoadAnswers(IntakeNames names)
    {
        var keys = names.Keys.ToArray();
        if (keys.Length == 0)
        {
            return;
        }

        var conversions = _session.Query<ConversionRow>(
            $"SELECT business_key, kind, answer, request_hash, customer_id FROM conversions WHERE {_session.In("business_key", "keys")}", new { keys });
        foreach (var row in conversions)
        {
            _answers.Add(row.BusinessKey!, new FirstAnswer(row.Kind == "deferred" ? "lead" : row.Kind, row.Answer, row.RequestHash, row.CustomerId));
        }

        var adjustments = _session.Query<AdjustmentRow>(
            $"SELECT * FROM adjustments WHERE {_session.In("business_key", "keys")} OR ({_session.In("sale_key", "keys")} AND conversion_id IS NULL)", new { keys });
        foreach (var row in adjustments)
        {
            _answers.Add(row.BusinessKey, new FirstAnswer("refund", row.Answer, row.RequestHash, null));
            if (row.ConversionId is null)
            {
                Wait(new AdjustmentRecord(row, isNew: false));
            }
        }
    }

    private void Wait(AdjustmentRecord adjustment)
    {
        if (!_waiting.TryGetValue(adjustment.Row.SaleKey, out var waiting))
        {
            _waiting.Add(adjustment.Row.SaleKey, waiting = []);
        }

        waiting.Add(adjustment);
    }
}
