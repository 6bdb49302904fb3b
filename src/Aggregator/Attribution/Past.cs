namespace LinkTracker.Aggregator.Attribution;

/// <summary>A credited fact: what later facts of the customer may inherit.</summary>
internal sealed record Bind(Fact Fact, Decision Decision)
{
    /// <summary>A touch that is credited here, as a later fact inherits it.</summary>
    public Touch Inherit(Touch credited) => credited with { Method = Fact.Kind == FactKind.Lead ? Method.Lead : Method.Customer };
}

/// <summary>What was told and decided of a customer before the fact that is looked at. Facts are added in the order in which they happened.</summary>
internal sealed class Past(long? knownSinceMs)
{
    private readonly List<Touch> _clicks = [];
    private readonly HashSet<string> _tokens = new(StringComparer.Ordinal);
    private readonly List<Bind> _leads = [];

    // The first of each program that is no lead.
    private readonly List<Bind> _firsts = [];
    private bool _isNew = true;

    /// <summary>Since when the shop had the customer without anybody's referral; null when it had not.</summary>
    public long? KnownSinceMs { get; private set; } = knownSinceMs;

    /// <summary>Clicks that were told, each once, as it was told first.</summary>
    public IReadOnlyList<Touch> Clicks => _clicks;

    /// <summary>To be called with each fact in order, once it is decided.</summary>
    public void Add(Fact fact, Decision decision)
    {
        // A customer whose first fact is nobody's came by itself.
        if (_isNew && decision.Credits.Count == 0)
        {
            KnownSinceMs = Math.Min(KnownSinceMs ?? long.MaxValue, fact.OccurredAtMs);
        }

        _isNew = false;
        foreach (var touch in fact.Evidence)
        {
            if (touch.Method == Method.Click && _tokens.Add(touch.ClickToken ?? ""))
            {
                _clicks.Add(touch);
            }
        }

        if (decision.Credits.Count == 0 || fact.Kind == FactKind.Event)
        {
            return;
        }

        if (fact.Kind == FactKind.Lead)
        {
            _leads.Add(new Bind(fact, decision));
        }
        else if (!_firsts.Exists(first => first.Decision.ProgramId == decision.ProgramId))
        {
            _firsts.Add(new Bind(fact, decision));
        }
    }

    /// <summary>Whether the customer was credited before, in the program that the fact names if it names one.</summary>
    public bool Binds(Fact fact) => _leads.Exists(lead => IsMeant(lead, fact)) || _firsts.Exists(first => IsMeant(first, fact));

    /// <summary>For each program what the fact inherits there: the customer's newest lead, else what it was first credited for.</summary>
    public List<Bind> InheritedBy(Fact fact)
    {
        var inherited = new List<Bind>(1);
        var hasLeads = false;
        for (var i = _leads.Count - 1; i >= 0; i--)
        {
            var lead = _leads[i];
            if (IsMeant(lead, fact))
            {
                hasLeads = true;
                if (fact.LeadEventName is null || fact.LeadEventName == lead.Fact.EventName)
                {
                    AddOnce(lead);
                }
            }
        }

        // Who asks for a lead by its name does not mean another one.
        if (fact.LeadEventName is null || !hasLeads)
        {
            _firsts.FindAll(first => IsMeant(first, fact)).ForEach(AddOnce);
        }

        return inherited;

        void AddOnce(Bind bind)
        {
            if (!inherited.Exists(other => other.Decision.ProgramId == bind.Decision.ProgramId))
            {
                inherited.Add(bind);
            }
        }
    }

    private static bool IsMeant(Bind bind, Fact fact) => fact.ProgramId is not { } named || bind.Decision.ProgramId == named;
}
