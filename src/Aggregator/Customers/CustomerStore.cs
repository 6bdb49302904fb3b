using LinkTracker.Aggregator.Attribution;
using LinkTracker.Aggregator.Conversions;
using LinkTracker.Aggregator.Storage;

namespace LinkTracker.Aggregator.Customers;

/// <summary>Customers as conversions make them known.</summary>
internal sealed class CustomerStore(EntityId ids)
{
    public static CustomerRow? Find(Session session, string externalId) =>
        session.First<CustomerRow>("SELECT * FROM customers WHERE external_id = @externalId", new { externalId });

    /// <summary>
    /// The customer of a conversion, made when it is new. What is known of it stays; what is not yet, the conversion fills in.
    /// </summary>
    /// <param name="credited">What the conversion is credited to.</param>
    /// <param name="click">The click that came with it, credited or not.</param>
    public CustomerRow Keep(Session session, TrackRequest request, Touch? credited, Touch? click, long nowMs)
    {
        var row = new CustomerRow
        {
            Id = ids.Next(),
            ExternalId = request.CustomerExternalId!,
            Name = request.CustomerName,
            Email = request.CustomerEmail,
            Avatar = request.CustomerAvatar,
            LinkId = credited?.LinkId,
            PartnerId = credited?.PartnerId,
            ClickToken = click?.ClickToken,
            ClickedAt = click?.AtMs,
            CreatedAt = nowMs,
        };

        // Link and partner belong together, and so do a click and its time: each pair is filled as a whole.
        return session.First<CustomerRow>(
            """
            INSERT INTO customers (id, external_id, name, email, avatar, link_id, partner_id, click_token, clicked_at, created_at)
            VALUES (@Id, @ExternalId, @Name, @Email, @Avatar, @LinkId, @PartnerId, @ClickToken, @ClickedAt, @CreatedAt)
            ON CONFLICT (external_id) DO UPDATE SET
                name = COALESCE(customers.name, excluded.name),
                email = COALESCE(customers.email, excluded.email),
                avatar = COALESCE(customers.avatar, excluded.avatar),
                partner_id = CASE WHEN customers.link_id IS NULL THEN excluded.partner_id ELSE customers.partner_id END,
                link_id = COALESCE(customers.link_id, excluded.link_id),
                clicked_at = CASE WHEN customers.click_token IS NULL THEN excluded.clicked_at ELSE customers.clicked_at END,
                click_token = COALESCE(customers.click_token, excluded.click_token)
            RETURNING *
            """,
            row)!;
    }
}
