using System.ComponentModel.DataAnnotations;
using LinkTracker.Aggregator.Api;
using LinkTracker.Aggregator.Partners;
using LinkTracker.Aggregator.Storage;

namespace LinkTracker.Aggregator.Programs;

/// <summary>Which group of a program a partner is in, and from when on.</summary>
internal sealed class MembershipsApi(Database database, ProgramStore programs, TimeProvider clock)
{
    private const int MaxShown = 100;

    public static void Map(IEndpointRouteBuilder routes, IServiceProvider services)
    {
        var api = ActivatorUtilities.CreateInstance<MembershipsApi>(services);
        var group = routes.MapGroup("/programs/{id}/partners/{partnerId}").WithTags("Programs");
        group.MapPut("", api.PutAsync).WithName("setMembership");
        group.MapGet("", api.Get).WithName("getMemberships");
    }

    private Task<MembershipResponse> PutAsync(string id, string partnerId, Body<MembershipRequest> body, CancellationToken cancellation) => database.WriteAsync(
        session =>
        {
            var (program, partner) = (programs.Get(session, id), PartnerStore.Get(session, partnerId, null));
            var now = clock.GetUtcNow().ToUnixTimeMilliseconds();
            var soonest = Soonest.Change(session, now);
            var planned = Fields.Time(body.Value.ValidFrom, "validFrom");
            if (planned < soonest)
            {
                throw ApiError.Unprocessable($"validFrom: must not lie before {Fields.Time(soonest)}; rewards of the past are by the group of then.");
            }

            Memberships.Set(session, program, partner.Id, planned ?? soonest, Fields.Required(body.Value.Group, "group", 50));
            return Present(session, program, partner.Id, planned is null ? soonest : now);
        },
        cancellation);

    private MembershipResponse Get(string id, string partnerId) => database.Read(session => Present(
        session, programs.Get(session, id), PartnerStore.Get(session, partnerId, null).Id, clock.GetUtcNow().ToUnixTimeMilliseconds()));

    private static MembershipResponse Present(Session session, ReferralProgram program, long partner, long nowMs) => new(
        EntityId.Format(EntityId.Program, program.Id),
        EntityId.Format(EntityId.Partner, partner),
        Memberships.Load(session, [partner]).GroupOf(program.Id, partner, nowMs),
        [.. session.Query<(long ValidFrom, string Group)>(
            "SELECT valid_from, group_name FROM memberships WHERE program_id = @Id AND partner_id = @partner ORDER BY valid_from DESC LIMIT @MaxShown",
            new { program.Id, partner, MaxShown }).Select(row => new MembershipSince(row.Group, Fields.Time(row.ValidFrom)))]);
}

internal sealed class MembershipRequest
{
    /// <summary>A group of the rules that hold then, or <c>default</c>.</summary>
    [Required]
    public string? Group { get; set; }

    /// <summary>Not before <see cref="Soonest.Change"/>; then unless given.</summary>
    public string? ValidFrom { get; set; }
}

/// <param name="Group">The one of now.</param>
/// <param name="Memberships">The newest hundred, planned ones among them, the newest first; before the first the group is <c>default</c>.</param>
internal sealed record MembershipResponse(string ProgramId, string PartnerId, string Group, IReadOnlyList<MembershipSince> Memberships);

internal sealed record MembershipSince(string Group, string ValidFrom);
