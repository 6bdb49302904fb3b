using LinkTracker.Aggregator.Api;
using LinkTracker.Aggregator.Attribution;
using LinkTracker.Aggregator.Codes;
using LinkTracker.Aggregator.Customers;
using LinkTracker.Aggregator.Links;
using LinkTracker.Aggregator.Storage;
using LinkTracker.Contracts.Clicks;
using LinkTracker.Contracts.Security;
using LinkTracker.ServiceDefaults;

namespace LinkTracker.Aggregator.Conversions;

/// <summary>Turns what a shop sends as evidence into touches. A token is verified without any look-up of the click.</summary>
internal sealed class ClickEvidence(InstallationKeys keys, Settings settings)
{
    // The clocks of Edge and Aggregator may differ a little; a lead that follows its click at once must not come before it.
    private const long ClockSkewMs = 60_000;

    /// <summary>The click of a token; null when none was sent.</summary>
    /// <param name="isKnown">
    /// Whether the customer is known: its conversion is kept whatever became of the link, because other evidence may credit it.
    /// </param>
    /// <exception cref="ApiError">
    /// 422 for a placeholder that was not filled in, 404 for what is no click of ours or, for a new customer, on no live link.
    /// </exception>
    public Touch? OfClick(Session session, string? clickId, bool isKnown, long nowMs)
    {
        var text = clickId?.Trim();
        if (string.IsNullOrEmpty(text))
        {
            return null;
        }

        RefuseMacro(text);
        if (!ClickToken.TryParse(text, out var token) || !keys.TryVerify(token, out var identity))
        {
            throw ApiError.NotFound("clickId: is not a click of this installation; send the value of the target's query parameter unchanged.");
        }

        var at = identity.OccurredAtMs > nowMs && identity.OccurredAtMs - nowMs <= ClockSkewMs ? nowMs : identity.OccurredAtMs;
        var touch = TouchOf(session, text, token, at);
        return touch.Refusal is null || isKnown
            ? touch
            : throw ApiError.NotFound("clickId: the link of this click was deleted or is disabled.");
    }

    /// <summary>What binds a customer without a credited lead: the link it was credited to before, else the click it came by.</summary>
    public static Touch? OfCustomer(Session session, CustomerRow customer)
    {
        var hasClick = ClickToken.TryParse(customer.ClickToken, out var token);
        if (customer.LinkId is { } link)
        {
            // A code may have beaten the click: it then says nothing of the link.
            var isItsClick = hasClick && token.LinkId == link;
            return new Touch(
                Method.Customer, link, customer.PartnerId, isItsClick ? customer.ClickToken : null, isItsClick ? customer.ClickedAt!.Value : customer.CreatedAt);
        }

        return hasClick ? TouchOf(session, customer.ClickToken!, token, customer.ClickedAt!.Value) : null;
    }

    /// <summary>
    /// A code that the customer typed; null when none was sent. One that nobody has may be a coupon of somebody else's: it is
    /// noted and credits nobody, and never takes away what a click earned.
    /// </summary>
    public Touch? OfCode(Session session, string? referralCode, long nowMs)
    {
        var code = Fields.Text(referralCode, "referralCode", Contracts.Links.ShortCode.MaxKeyLength);
        if (code is null)
        {
            return null;
        }

        var link = TypedCodes.Resolve(session, settings.DefaultDomain, [code]).TryGetValue(code, out var id) ? LinkStore.Find(session, id) : null;
        return link switch
        {
            null => new Touch(Method.Code, null, null, null, nowMs, "unknown_code"),
            _ when link.IsLive(nowMs) => new Touch(Method.Code, link.Id, link.PartnerId, null, nowMs),
            _ => new Touch(Method.Code, link.Id, link.PartnerId, null, nowMs, "link_not_live"),
        };
    }

    private static Touch TouchOf(Session session, string text, ClickToken token, long atMs)
    {
        var link = LinkStore.Find(session, token.LinkId);
        return new Touch(Method.Click, token.LinkId, link?.PartnerId, text, atMs, link is null || link.DisabledAt is not null ? "link_not_live" : null);
    }

    private static void RefuseMacro(string text)
    {
        var isMacro = text is "undefined" or "null" or "NaN" or "[object Object]"
            || (text[0], text[^1]) is ('{', '}') or ('[', ']') or ('%', '%') or ('<', '>')
            || text.StartsWith("${", StringComparison.Ordinal);
        if (isMacro)
        {
            throw ApiError.Unprocessable($"clickId: the placeholder {text} was not replaced by a click id; check the template that should fill it in.");
        }
    }
}
