using LinkTracker.Aggregator.Api;
using LinkTracker.Aggregator.Links;
using LinkTracker.Aggregator.Partners;
using LinkTracker.Aggregator.Storage;
using LinkTracker.ServiceDefaults;

namespace LinkTracker.Aggregator.Programs;

/// <summary>Friends whom referrers name before they come. Of them nothing is kept but a hash, see <see cref="ContactHash"/>.</summary>
internal sealed class ContactsApi(
    Database database, ProgramStore programs, ContactHash hash, Installation installation, Settings settings, EntityId ids, TimeProvider clock)
{
    public static void Map(IEndpointRouteBuilder routes, IServiceProvider services)
    {
        var api = ActivatorUtilities.CreateInstance<ContactsApi>(services);
        routes.MapPost("/programs/{id}/contacts", api.CreateAsync).WithTags("Programs").WithName("createContact").Produces<ContactResponse>(StatusCodes.Status201Created);
    }

    private async Task<IResult> CreateAsync(string id, Body<ContactRequest> body, CancellationToken cancellation)
    {
        var sent = body.Value;
        var (email, external) = (Fields.Text(sent.Email, "email", 190), Fields.Text(sent.ExternalId, "externalId", 100));
        if (email is null == external is null)
        {
            throw ApiError.Unprocessable("email: is needed, or externalId; one of the two.");
        }

        if (email?.Contains('@', StringComparison.Ordinal) == false)
        {
            throw ApiError.Unprocessable("email: must be an address such as ana@example.com.");
        }

        var hashed = email is null ? hash.OfExternalId(external!) : hash.OfEmail(email);
        var contact = await database.WriteAsync(session => ContactResponse.Of(Add(session, programs.Get(session, id), sent, hashed)), cancellation);
        return Results.Json(contact, ApiJson.Options, statusCode: StatusCodes.Status201Created);
    }

    private ContactRow Add(Session session, ReferralProgram program, ContactRequest sent, string hashed)
    {
        var partner = PartnerStore.Get(session, sent.PartnerId, sent.TenantId);
        if (partner.Status != PartnerStatus.Approved)
        {
            throw ApiError.Unprocessable($"partnerId: this partner is {partner.Status}; it names nobody.");
        }

        var link = LinkOf(session, partner, sent);
        if ((link.ProgramId ?? installation.DefaultProgram) != program.Id)
        {
            throw ApiError.Unprocessable($"linkId: link {EntityId.Format(EntityId.Link, link.Id)} is not in this program.");
        }

        return ContactStore.Add(session, new ContactRow
        {
            Id = ids.Next(),
            ProgramId = program.Id,
            PartnerId = partner.Id,
            LinkId = link.Id,
            Hash = hashed,
            OccurredAt = clock.GetUtcNow().ToUnixTimeMilliseconds(),
        });
    }

    private LinkRow LinkOf(Session session, PartnerRow partner, ContactRequest sent)
    {
        if (string.IsNullOrEmpty(sent.Key) || !string.IsNullOrEmpty(sent.LinkId))
        {
            return PartnerLinks.Get(session, partner, sent.LinkId);
        }

        var link = LinkStore.Find(session, settings.DefaultDomain, Fields.Plain(sent.Key, "key")!) ?? throw ApiError.NotFound($"There is no link {sent.Key}.");
        return PartnerLinks.Get(session, partner, EntityId.Format(EntityId.Link, link.Id));
    }
}

internal sealed class ContactRequest
{
    public string? PartnerId { get; set; }

    public string? TenantId { get; set; }

    /// <summary>A link of the partner in the program; its oldest when neither this nor <see cref="Key"/> is given.</summary>
    public string? LinkId { get; set; }

    public string? Key { get; set; }

    /// <summary>The friend's; or <see cref="ExternalId"/>. It is not kept.</summary>
    public string? Email { get; set; }

    public string? ExternalId { get; set; }
}

/// <param name="CreatedAt">When the partner named this friend first.</param>
internal sealed record ContactResponse(string Id, string ProgramId, string PartnerId, string LinkId, string CreatedAt)
{
    public static ContactResponse Of(ContactRow row) => new(
        EntityId.Format(EntityId.Contact, row.Id), EntityId.Format(EntityId.Program, row.ProgramId), EntityId.Format(EntityId.Partner, row.PartnerId),
        EntityId.Format(EntityId.Link, row.LinkId), Fields.Time(row.OccurredAt));
}
