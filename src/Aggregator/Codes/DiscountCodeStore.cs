using LinkTracker.Aggregator.Api;
using LinkTracker.Aggregator.Links;
using LinkTracker.Aggregator.Partners;
using LinkTracker.Aggregator.Storage;
using LinkTracker.Contracts.Clicks;
using LinkTracker.Contracts.Links;

namespace LinkTracker.Aggregator.Codes;

/// <summary>Codes to type that belong to links of partners.</summary>
internal sealed class DiscountCodeStore(EntityId ids, TimeProvider clock)
{
    private const int Attempts = 20;

    /// <exception cref="ApiError">409 when the code, or what looks like it, is taken; 422 when the link is not the partner's.</exception>
    public DiscountCodeRow Create(Session session, DiscountCodeRequest request)
    {
        var partner = PartnerStore.Get(session, request.PartnerId, request.TenantId);
        var link = PartnerLinks.Get(session, partner, Fields.Required(request.LinkId, "linkId", 300));
        if (partner.Status != PartnerStatus.Approved)
        {
            throw ApiError.Unprocessable($"partnerId: this partner is {partner.Status}; it gets no codes.");
        }

        var row = new DiscountCodeRow
        {
            Id = ids.Next(),
            Domain = link.Domain,
            LinkId = link.Id,
            PartnerId = partner.Id,
            DiscountId = Fields.Text(request.DiscountId, "discountId", 255),
            Channel = ShareChannels.Check(Fields.Text(request.Channel, "channel", ClickCodec.MaxChannel), "channel"),
            CreatedAt = clock.GetUtcNow().ToUnixTimeMilliseconds(),
        };
        (row.Code, row.CodeFolded) = Choose(session, link.Domain, Fields.Text(request.Code, "code", ShortCode.MaxKeyLength));
        session.Execute(
            """
            INSERT INTO discount_codes (id, domain, code, code_folded, link_id, partner_id, discount_id, channel, created_at)
            VALUES (@Id, @Domain, @Code, @CodeFolded, @LinkId, @PartnerId, @DiscountId, @Channel, @CreatedAt)
            """,
            row);
        session.Add(LinkAliases.LiveCodes, 1);
        return row;
    }

    /// <summary>The newest first. A code is of the partner whose link it is now, which may have been moved. Without a partner those of all.</summary>
    public static IReadOnlyList<DiscountCodeRow> List(Session session, long? partner, string? discountId, Page page) => session.Query<DiscountCodeRow>(
        $"""
        SELECT d.id, d.domain, d.code, d.link_id, COALESCE(l.partner_id, d.partner_id) AS partner_id, d.discount_id, d.channel, d.created_at, l.disabled_at
        FROM discount_codes d JOIN links l ON l.id = d.link_id
        WHERE d.deleted_at IS NULL AND (@partner IS NULL OR COALESCE(l.partner_id, d.partner_id) = @partner) AND (@discountId IS NULL OR d.discount_id = @discountId){page.Order("d.id")}
        """,
        new { partner, discountId, page.Limit, page.Offset });

    /// <summary>Takes the code from its link; it can be given again.</summary>
    /// <param name="idOrCode">The id on the wire, or the code in whatever spelling.</param>
    public long Delete(Session session, string domain, string idOrCode)
    {
        var isId = EntityId.TryParse(EntityId.DiscountCode, idOrCode, out var id);
        var found = session.First<long?>(
            isId ? "SELECT id FROM discount_codes WHERE id = @id AND deleted_at IS NULL" : "SELECT id FROM discount_codes WHERE domain = @domain AND code_folded = @folded AND deleted_at IS NULL",
            new { id, domain, folded = ShortCode.Normalise(idOrCode) }) ?? throw ApiError.NotFound($"There is no discount code {idOrCode}.");
        Delete(session, "id", found, clock.GetUtcNow().ToUnixTimeMilliseconds());
        return found;
    }

    /// <summary>They die with their link.</summary>
    public static void DeleteOf(Session session, long link, long nowMs) => Delete(session, "link_id", link, nowMs);

    private static void Delete(Session session, string column, long value, long nowMs)
    {
        var deleted = session.Execute($"UPDATE discount_codes SET deleted_at = @nowMs WHERE {column} = @value AND deleted_at IS NULL", new { value, nowMs });
        session.Add(LinkAliases.LiveCodes, -deleted);
    }

    private static (string Code, string Folded) Choose(Session session, string domain, string? wanted)
    {
        if (wanted is null)
        {
            return Draw(session, domain);
        }

        if (!LinkKey.IsValid(wanted, out var error) || wanted.Contains('/', StringComparison.Ordinal))
        {
            throw ApiError.Unprocessable($"code: {(error.Length > 0 ? error : "A code has no '/'.")}");
        }

        var folded = ShortCode.Normalise(wanted);
        return TakenKeys.IsTaken(session, domain, folded, except: 0)
            ? throw ApiError.Conflict($"code: {wanted} is taken, or looks like a code or key that is; choose another.")
            : (wanted, folded);
    }

    private static (string Code, string Folded) Draw(Session session, string domain)
    {
        var length = ShortCode.LengthFor(TakenKeys.CountLive(session));
        for (var attempt = 0; attempt < Attempts; attempt++)
        {
            var code = ShortCode.Generate(length);
            if (!TakenKeys.IsTaken(session, domain, code, except: 0))
            {
                return (code, code);
            }
        }

        throw ApiError.Conflict($"code: nearly every code of {length} characters is taken; send one.");
    }
}
