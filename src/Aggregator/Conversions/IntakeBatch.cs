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
    private readonly NamedRows _named;
    private readonly Dictionary<long, LinkRow?> _links;
    private readonly HashSet<string> _full;
    private readonly Dictionary<string, CustomerRecord> _customers = [];
    private readonly Dictionary<string, (ConversionRecord Sale, CustomerRecord Customer)> _sales = [];
    private readonly HashSet<CustomerRecord> _touched = [];
    private readonly WaitingRefunds _waiting;
    private readonly List<(long Conversion, SignalRow Signal)> _signals = [];
    private readonly HashSet<CancellationRow> _cancellations = [];

    /// <summary>Loads what belongs to what was asked for by name.</summary>
    /// <param name="nowMs">When the batch is taken in, Unix milliseconds.</param>
    public IntakeBatch(Session session, NamedRows named, ProgramSet programs, long nowMs)
    {
        (_session, _named, Programs, NowMs) = (session, named, programs, nowMs);

        // :: 1  A customer of whom too much was told is not loaded for more of it.
        var full = named.Customers.Value.Where(customer => customer.IsFull && !named.Names.Canceling.Contains(customer.ExternalId)).ToDictionary(customer => customer.Id, customer => customer.ExternalId);
        _full = full.Values.ToHashSet(StringComparer.Ordinal);
        long[] customers = [.. named.Customers.Value.Select(customer => customer.Id).Where(id => !full.ContainsKey(id)).Union(named.Answers.Customers)];

        // :: 2  Links are asked for first, and come with the customers.
        long[] links = [.. named.Names.Links.Union(named.LinksOfCodes.Value.Values)];
        var rows = links.Length == 0 ? new([]) : session.Ask<LinkRow>($"SELECT * FROM links WHERE {session.In("id", "links")}", ("links", links));
        foreach (var customer in CustomerRecords.Load(session, customers))
        {
            _customers.Add(customer.Row.ExternalId, customer);
            foreach (var sale in customer.Conversions.Where(conversion => conversion.Row is { Kind: "sale", BusinessKey: not null }))
            {
                _sales.Add(sale.Row.BusinessKey!, (sale, customer));
            }
        }

        _links = rows.Value.ToDictionary(link => link.Id, link => (LinkRow?)link);
        _waiting = new WaitingRefunds(named.Answers.Waiting);
    }

    /// <summary>When the batch is taken in, Unix milliseconds.</summary>
    public long NowMs { get; }

    public ProgramSet Programs { get; }

    public ContactBook Contacts => _named.Contacts;

    public FirstAnswers Answers => _named.Answers;

    public IntakeCounts Counts => _named.Counts;

    /// <summary>Customers of whom something new was told.</summary>
    public IReadOnlyCollection<CustomerRecord> Touched => _touched;

    /// <summary>Facts of this batch with their customers, in the order of the requests.</summary>
    public List<(ConversionRecord Conversion, CustomerRow Customer)> Added { get; } = [];

    /// <summary>Refunds and chargebacks of this batch, in the order of the requests.</summary>
    public List<AdjustmentRow> Refunds { get; } = [];

    public LinkRow? Link(long id)
    {
        if (!_links.TryGetValue(id, out var link))
        {
            link = _session.First<LinkRow>("SELECT * FROM links WHERE id = @id", new { id });
            _links.Add(id, link);
        }

        return link;
    }

    public LinkRow? LinkOfCode(string code) => _named.LinksOfCodes.Value.TryGetValue(code, out var id) ? Link(id) : null;

    /// <param name="externalId">The shop's id of it.</param>
    public CustomerRecord? Customer(bool isTest, string externalId) => _customers.GetValueOrDefault(StoredId(isTest, externalId));

    /// <summary>Whether so much was told of the customer that nothing more is taken in. It is then not loaded for it.</summary>
    public bool IsFull(bool isTest, string externalId) => _full.Contains(StoredId(isTest, externalId)) || Customer(isTest, externalId)?.IsFull == true;

    public ConversionRecord? Sale(string key) => _sales.TryGetValue(key, out var known) ? known.Sale : null;

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
            _sales.Add(key, (conversion, customer));
            conversion.Adjustments.AddRange(_waiting.Take(key));
        }
    }

    /// <summary>A refund. Returns the customer of its sale; null when it waits for that.</summary>
    public CustomerRecord? Add(AdjustmentRow row)
    {
        var adjustment = new AdjustmentRecord(row, isNew: true);
        Refunds.Add(row);
        if (!_sales.TryGetValue(row.SaleKey, out var known))
        {
            _waiting.Add(adjustment);
            return null;
        }

        known.Sale.Adjustments.Add(adjustment);
        _touched.Add(known.Customer);
        return known.Customer;
    }

    public CustomerRecord CustomerOf(ConversionRecord sale) => _sales[sale.Row.Key].Customer;

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

    /// <summary>Stores what belongs to no customer, and what hangs on customers and conversions, which are stored by then.</summary>
    public void Save()
    {
        _waiting.Save(_session);
        SignalRow.Insert(_session, _signals);
        ConversionTables.Cancellations.Upsert(_session, _cancellations);
        Counts.Save(_session);
        Answers.Save(_session);
    }

    /// <summary>How the shop's id stands in the database.</summary>
    public static string StoredId(bool isTest, string externalId) => isTest ? CustomerRecord.TestPrefix + externalId : externalId;
}
