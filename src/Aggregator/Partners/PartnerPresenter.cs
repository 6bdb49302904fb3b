using LinkTracker.Aggregator.Api;
using LinkTracker.Aggregator.Ledger;
using LinkTracker.Aggregator.Links;
using LinkTracker.Aggregator.Programs;
using LinkTracker.Aggregator.Storage;
using LinkTracker.ServiceDefaults;

namespace LinkTracker.Aggregator.Partners;

/// <summary>Turns partners into what clients see.</summary>
internal sealed class PartnerPresenter(
    ReadLinkClicks readClicks, LinkPresenter presenter, ProgramStore programs, Installation installation, Settings settings, TimeProvider clock)
{
    /// <summary>How many links stand inside a partner.</summary>
    public const int MaxLinks = 100;

    private const int PartnersAtOnce = 1_000;
    private const int LinksAtOnce = 1_000;

    private static readonly ConversionTotals None = new();

    public IReadOnlyList<PartnerResponse> List(Session session, PartnerFilter filter)
    {
        var (order, page) = (filter.ToOrder(), filter.ToPage());
        var program = programs.Named(session, filter.ProgramId);
        var asked = string.IsNullOrEmpty(filter.ProgramId) ? null : program;
        var ids = filter.Ids(session, program.Id, installation.DefaultProgram, Now);

        // What decides is read of all; an order that no figure decides reads those on the page alone.
        var figures = order.Figure is null ? [] : FiguresOf(session, ids, asked, order.NeedsClicks);
        var wanted = order.Sort(ids, id => figures[id]).Skip((int)page.Offset).Take((int)page.Limit).ToArray();
        return Present(session, wanted, asked);
    }

    public PartnerResponse Present(Session session, PartnerRow row) => Present(session, [row.Id], null)[0];

    /// <summary>The live links of a partner, the oldest first.</summary>
    public IReadOnlyList<PartnerLinkResponse> LinksOf(Session session, long partner, long limit, long offset) => [.. presenter
        .Present(session, session.Query<LinkRow>(
            "SELECT * FROM links WHERE partner_id = @partner AND deleted_at IS NULL ORDER BY id LIMIT @limit OFFSET @offset", new { partner, limit, offset }))
        .Select(Brief)];

    // Of the program that was asked about; else of all, under the one that stands for each partner.
    private IReadOnlyList<PartnerResponse> Present(Session session, long[] ids, ReferralProgram? program)
    {
        var figures = FiguresOf(session, ids, program, withClicks: true);
        var rows = session.Query<PartnerRow>($"SELECT * FROM partners WHERE {session.In("id", "ids")}", new { ids }).ToDictionary(row => row.Id);
        var own = PartnerPrograms.Of(session, ids, installation.DefaultProgram);
        var memberships = Memberships.Load(session, ids);
        var links = FirstLinksOf(session, ids);
        return
        [
            .. ids.Select(id => Present(rows[id], program?.Id ?? own[id], memberships, figures[id], [.. links[id]])),
        ];
    }

    private ILookup<long, PartnerLinkResponse> FirstLinksOf(Session session, long[] partners)
    {
        var links = session.Query<LinkRow>(
            $"""
            SELECT * FROM (SELECT l.*, ROW_NUMBER() OVER (PARTITION BY l.partner_id ORDER BY l.id) AS place FROM links l
                           WHERE {session.In("l.partner_id", "partners")} AND l.deleted_at IS NULL) AS live
            WHERE place <= @MaxLinks ORDER BY id
            """,
            new { partners, MaxLinks });
        var shown = links.Chunk(LinksAtOnce).SelectMany(some => presenter.Present(session, some));
        return links.Zip(shown).ToLookup(link => link.First.PartnerId!.Value, link => Brief(link.Second));
    }

    private static PartnerLinkResponse Brief(LinkResponse link) => new(
        link.Id, link.Domain, link.Key, link.ShortLink, link.Url, link.Clicks, link.Leads, link.Conversions, link.Sales, link.SaleAmount);

    private long Now => clock.GetUtcNow().ToUnixTimeMilliseconds();

    // A deleted link takes nothing from what its partner brought.
    private Dictionary<long, PartnerFigures> FiguresOf(Session session, IReadOnlyList<long> partners, ReferralProgram? program, bool withClicks)
    {
        var credited = program is null
            ? ConversionTotals.OfPartners(session, partners, settings.Currency)
            : ConversionTotals.OfPartnersIn(session, partners, settings.Currency, program);
        var earned = PartnerEarnings.Of(session, partners, settings.Currency, program);
        var clicks = withClicks ? ClicksOf(session, partners, program) : [];
        return partners.ToDictionary(id => id, id => new PartnerFigures(clicks.GetValueOrDefault(id), credited.GetValueOrDefault(id, None), earned.GetValueOrDefault(id)));
    }

    private Dictionary<long, long> ClicksOf(Session session, IReadOnlyList<long> partners, ReferralProgram? program)
    {
        var links = partners.Chunk(PartnersAtOnce)
            .SelectMany(some => session.Query<(long Link, long Partner)>(
                $"SELECT id, partner_id FROM links WHERE {session.In("partner_id", "some")} AND (@program IS NULL OR COALESCE(program_id, @usual) = @program)",
                new { some, program = program?.Id, usual = installation.DefaultProgram }))
            .ToList();
        var clicks = readClicks([.. links.Select(link => link.Link)]);
        return links.GroupBy(link => link.Partner, link => clicks.GetValueOrDefault(link.Link).Clicks).ToDictionary(some => some.Key, some => some.Sum());
    }

    private PartnerResponse Present(PartnerRow row, long program, Memberships memberships, PartnerFigures figures, IReadOnlyList<PartnerLinkResponse> links)
    {
        var id = EntityId.Format(EntityId.Partner, row.Id);
        return new PartnerResponse
        {
            Id = id,
            PartnerId = id,
            ProgramId = EntityId.Format(EntityId.Program, program),
            GroupId = memberships.GroupOf(program, row.Id, Now),
            Status = row.Status,
            BannedAt = row.Status == PartnerStatus.Banned ? Fields.Time(row.StatusSince) : null,
            BannedReason = row.BanReason,
            Name = row.Name,
            Email = row.Email,
            Username = row.Username,
            Image = row.Image,
            TenantId = row.TenantId,
            Country = row.Country,
            Description = row.Description,
            CreatedAt = Fields.Time(row.CreatedAt),
            Links = links,
            TotalClicks = figures.Clicks,
            TotalLeads = figures.Credited.Leads,
            TotalConversions = figures.Credited.Conversions,
            TotalSales = figures.Credited.Sales,
            TotalSaleAmount = figures.Credited.SaleAmount,
            TotalCommissions = figures.Commissions,
            NetRevenue = figures.Credited.NetRevenue,
            EarningsPerClick = figures.EarningsPerClick,
            AverageLifetimeValue = figures.AverageLifetimeValue,
            ClickToLeadRate = figures.ClickToLeadRate,
            ClickToConversionRate = figures.ClickToConversionRate,
            LeadToConversionRate = figures.LeadToConversionRate,
        };
    }
}
