using LinkTracker.Aggregator.Api;
using LinkTracker.Aggregator.Storage;

namespace LinkTracker.Aggregator.Attribution;

/// <summary>What people call the links, partners and conversions that a decision names by numbers.</summary>
internal sealed class TouchNames
{
    private readonly IReadOnlyDictionary<long, string> _links;
    private readonly IReadOnlyDictionary<long, string> _partners;
    private readonly IReadOnlyDictionary<long, string> _kinds;

    private TouchNames(IReadOnlyDictionary<long, string> links, IReadOnlyDictionary<long, string> partners, IReadOnlyDictionary<long, string> kinds) =>
        (_links, _partners, _kinds) = (links, partners, kinds);

    public static TouchNames Load(Session session, Decision decision)
    {
        var touches = decision.Candidates.Select(candidate => candidate.Touch).ToList();
        return new TouchNames(
            Read("SELECT id, domain || '/' || key AS name FROM links", touches.Select(touch => touch.LinkId)),
            Read("SELECT id, name FROM partners", touches.Select(touch => touch.PartnerId)),
            Read("SELECT id, kind AS name FROM conversions", decision.Candidates.Select(candidate => candidate.Via)));

        Dictionary<long, string> Read(string select, IEnumerable<long?> wanted)
        {
            long[] ids = [.. wanted.OfType<long>().Distinct()];
            return ids.Length == 0 ? [] : session.Query<NameRow>($"{select} WHERE {session.In("id", "ids")}", new { ids }).ToDictionary(row => row.Id, row => row.Name);
        }
    }

    public ExplainedTouch Describe(Candidate candidate)
    {
        var touch = candidate.Touch;
        return new ExplainedTouch(
            Names.Of(touch.Method),
            EntityId.Format(EntityId.Link, touch.LinkId),
            Name(_links, touch.LinkId),
            EntityId.Format(EntityId.Partner, touch.PartnerId),
            Name(_partners, touch.PartnerId),
            touch.ClickToken,
            Fields.Time(touch.AtMs),
            EntityId.Format(EntityId.Program, touch.ProgramId),
            candidate.Via is { } via && _kinds.TryGetValue(via, out var kind) ? EntityId.Format(StoredConversion.PrefixOf(kind), via) : null);
    }

    /// <summary>Its name; its id when the decision does not name it.</summary>
    public string PartnerOf(long id) => _partners.GetValueOrDefault(id) ?? EntityId.Format(EntityId.Partner, id);

    private static string? Name(IReadOnlyDictionary<long, string> names, long? id) => id is { } known ? names.GetValueOrDefault(known) : null;

    private sealed class NameRow
    {
        public long Id { get; set; }

        public string Name { get; set; } = "";
    }
}
