namespace LinkTracker.Aggregator.Conversions;

/// <summary>What the requests of a batch name, so that it can be loaded together: everything in both modes, because evidence may tell that a request is a test.</summary>
internal sealed class IntakeNames
{
    private static readonly bool[] Modes = [false, true];

    /// <summary>Customers, as they stand in the database.</summary>
    public HashSet<string> Customers { get; } = [];

    /// <summary>Those of <see cref="Customers"/> of whom cancellations tell, however much was told of them.</summary>
    public HashSet<string> Canceling { get; } = [];

    /// <summary>Business keys.</summary>
    public HashSet<string> Keys { get; } = [];

    /// <summary>Their email addresses, if they were told, and the shop's ids.</summary>
    public HashSet<(string? Email, string ExternalId)> People { get; } = [];

    public HashSet<long> Links { get; } = [];

    public HashSet<string> Codes { get; } = [];

    /// <summary>Under what it would be kept that leads among them are repeats of such whose customer has another name now.</summary>
    public HashSet<string> Retired { get; } = [];

    public void Add(IntakeRequest request, RequestHash hash, RequestHashes hashes)
    {
        if (request is LeadRequest)
        {
            Retired.UnionWith(Modes.SelectMany(isTest => KeysOf(request, isTest)).OfType<string>().SelectMany(key => hashes.Retired(key, hash)));
        }

        foreach (var isTest in Modes)
        {
            Keys.UnionWith(KeysOf(request, isTest).OfType<string>());
            if (CustomerOf(request) is { } customer)
            {
                var stored = IntakeBatch.StoredId(isTest, customer);
                Customers.Add(stored);
                if (request is CancellationRequest)
                {
                    Canceling.Add(stored);
                }
            }
        }

        if (request is TrackRequest track)
        {
            People.Add((track.CustomerEmail, track.CustomerExternalId!));
            Links.UnionWith(ClickEvidence.LinksOf(track));
            if (track.ReferralCode is { } code)
            {
                Codes.Add(code);
            }
        }
    }

    private static string? CustomerOf(IntakeRequest request) => request switch
    {
        TrackRequest track => track.CustomerExternalId,
        CancellationRequest cancellation => cancellation.CustomerExternalId,
        _ => null,
    };

    private static string?[] KeysOf(IntakeRequest request, bool isTest) => request switch
    {
        LeadRequest lead => [BusinessKey.Lead(isTest, lead.IsDeferred, lead.CustomerExternalId!, lead.EventName!)],
        SaleRequest sale => [BusinessKey.Sale(isTest, sale.InvoiceId)],
        EventRequest other => [BusinessKey.Event(isTest, other.EventId)],
        RefundRequest refund => [BusinessKey.Refund(isTest, refund.RefundId!), BusinessKey.Sale(isTest, refund.InvoiceId)],
        _ => [],
    };
}
