using LinkTracker.Aggregator.Api;
using LinkTracker.Aggregator.Storage;
using LinkTracker.ServiceDefaults;

namespace LinkTracker.Aggregator.Webhooks;

/// <summary>Webhooks in the database.</summary>
internal sealed class WebhookStore(Settings settings, EntityId ids, TimeProvider clock)
{
    /// <summary>The counter of changes to any webhook.</summary>
    public const string Version = "webhook_version";

    private const int Most = 100;
    private static readonly TimeSpan Rotation = TimeSpan.FromHours(24);

    public static IReadOnlyList<WebhookRow> All(Session session) => session.Query<WebhookRow>("SELECT * FROM webhooks ORDER BY id DESC");

    /// <exception cref="ApiError">404 when there is none with this id.</exception>
    public static WebhookRow Get(Session session, string id) =>
        (EntityId.TryParse(EntityId.Webhook, id, out var number) ? Find(session, number) : null) ?? throw ApiError.NotFound($"There is no webhook {id}.");

    public static WebhookRow? Find(Session session, long id) => session.First<WebhookRow>("SELECT * FROM webhooks WHERE id = @id", new { id });

    /// <exception cref="ApiError">422 when a field is not allowed, or there are too many.</exception>
    public WebhookRow Create(Session session, WebhookRequest request)
    {
        if (session.First<long>("SELECT COUNT(*) FROM webhooks") >= Most)
        {
            throw ApiError.Unprocessable($"url: there are {Most} webhooks already; delete one first.");
        }

        var row = new WebhookRow
        {
            Id = ids.Next(),
            Name = Fields.Required(request.Name, "name", 100),
            Url = CheckUrl(request.Url),
            Triggers = CheckTriggers(request.Triggers),
            CreatedAt = Now(),
        };
        Disable(row, request.Disabled == true);
        session.Execute(
            """
            INSERT INTO webhooks (id, name, url, triggers, generation, disabled_at, disabled_reason, created_at)
            VALUES (@Id, @Name, @Url, @Triggers, @Generation, @DisabledAt, @DisabledReason, @CreatedAt)
            """,
            row);
        session.Add(Version, 1);
        return row;
    }

    /// <exception cref="ApiError">404 when there is none with this id, 422 when a field is not allowed.</exception>
    public WebhookRow Update(Session session, string id, Body<WebhookRequest> body)
    {
        var row = Get(session, id);
        row.Name = body.Has("name") ? Fields.Required(body.Value.Name, "name", 100) : row.Name;
        row.Url = body.Has("url") ? CheckUrl(body.Value.Url) : row.Url;
        row.Triggers = body.Has("triggers") ? CheckTriggers(body.Value.Triggers) : row.Triggers;
        if (body.Value.Disabled is { } disabled)
        {
            Disable(row, disabled);
        }

        return Save(session, row);
    }

    /// <summary>Gives a new secret; the one before signs too for a day.</summary>
    /// <exception cref="ApiError">404 when there is none with this id.</exception>
    public WebhookRow Rotate(Session session, string id)
    {
        var row = Get(session, id);
        (row.Generation, row.PreviousUntil) = (row.Generation + 1, Now() + (long)Rotation.TotalMilliseconds);
        return Save(session, row);
    }

    /// <summary>With all that waits for it.</summary>
    /// <exception cref="ApiError">404 when there is none with this id.</exception>
    public static WebhookRow Delete(Session session, string id)
    {
        var row = Get(session, id);
        session.Execute("DELETE FROM webhook_deliveries WHERE webhook_id = @Id", row);
        session.Execute("DELETE FROM webhooks WHERE id = @Id", row);
        session.Add(Version, 1);
        return row;
    }

    /// <summary>Its server wants no more; what waits for it goes on waiting until somebody enables it again.</summary>
    public static void DisableGone(Session session, long id, long nowMs)
    {
        session.Execute("UPDATE webhooks SET disabled_at = @nowMs, disabled_reason = 'gone' WHERE id = @id AND disabled_at IS NULL", new { id, nowMs });
        session.Add(Version, 1);
    }

    private static WebhookRow Save(Session session, WebhookRow row)
    {
        session.Execute(
            """
            UPDATE webhooks SET name = @Name, url = @Url, triggers = @Triggers, generation = @Generation, previous_until = @PreviousUntil,
                disabled_at = @DisabledAt, disabled_reason = @DisabledReason
            WHERE id = @Id
            """,
            row);
        session.Add(Version, 1);
        return row;
    }

    private void Disable(WebhookRow row, bool isDisabled) =>
        (row.DisabledAt, row.DisabledReason) = !isDisabled ? (null, null) : row.DisabledAt is null ? (Now(), "operator") : (row.DisabledAt, row.DisabledReason);

    // Names are looked at when they are resolved, for every connection anew; an address can be refused at once.
    private string CheckUrl(string? text)
    {
        var value = Fields.Required(text, "url", 2_000);
        if (!Uri.TryCreate(value, UriKind.Absolute, out var url) || url.Scheme is not ("https" or "http") || url.UserInfo.Length > 0 || url.Fragment.Length > 0)
        {
            throw ApiError.Unprocessable("url: must be an https address without a user and without a fragment.");
        }

        var isAllowed = settings.WebhookHosts.Contains(url.IdnHost, StringComparer.OrdinalIgnoreCase);
        if (url.Scheme == "http" && !isAllowed)
        {
            throw ApiError.Unprocessable("url: must be https; http only for hosts in Aggregator__WebhookHosts.");
        }

        if (!isAllowed && System.Net.IPAddress.TryParse(url.IdnHost, out var address) && !PublicAddress.Is(address))
        {
            throw ApiError.Unprocessable("url: its host is not on the public internet; Aggregator__WebhookHosts can allow it.");
        }

        return url.AbsoluteUri;
    }

    private static string CheckTriggers(string[]? triggers)
    {
        foreach (var trigger in triggers ?? [])
        {
            Fields.OneOf(trigger ?? "", "triggers", WebhookEvent.Types);
        }

        return triggers is { Length: > 0 } ? string.Join(' ', triggers.Distinct()) : throw ApiError.Unprocessable("triggers: must name at least one type of event.");
    }

    private long Now() => clock.GetUtcNow().ToUnixTimeMilliseconds();
}
