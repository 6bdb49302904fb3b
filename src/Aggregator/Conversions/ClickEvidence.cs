using LinkTracker.Aggregator.Api;
using LinkTracker.Aggregator.Attribution;
using LinkTracker.Aggregator.Links;
using LinkTracker.Contracts.Clicks;
using LinkTracker.Contracts.Security;

namespace LinkTracker.Aggregator.Conversions;

/// <summary>Turns what a shop sends as evidence into touches. A token is verified without any look-up of the click.</summary>
internal sealed class ClickEvidence(InstallationKeys keys)
{
    // The clocks of Edge and Aggregator may differ a little; a lead that follows its click at once must not come before it.
    private const long ClockSkewMs = 60_000;

    /// <summary>The links that the tokens name, so that they can be loaded together. What is no token names none.</summary>
    public static IEnumerable<long> LinksOf(TrackRequest request) =>
        request.Clicks.Select(click => ClickToken.TryParse(click, out var token) ? token.LinkId : 0).Where(link => link != 0);

    /// <summary>The codes and clicks that came with a request, as of when its conversion happened.</summary>
    /// <exception cref="ApiError">422 for a placeholder that was not filled in, 404 for what is no click of ours.</exception>
    public IReadOnlyList<Touch> Of(IntakeBatch batch, TrackRequest request, long occurredAtMs)
    {
        var touches = new List<Touch>(request.Clicks.Count + 1);
        if (OfCode(batch, request.ReferralCode, occurredAtMs) is { } code)
        {
            touches.Add(code);
        }

        // Who says when it happened has that compared with the click's own time, whenever it is told; else both are of this moment.
        touches.AddRange(request.Clicks.Select(click => OfClick(batch, click, request.OccurredAtMs is null ? batch.NowMs : null)));
        return touches;
    }

    private Touch OfClick(IntakeBatch batch, string text, long? notAfterMs)
    {
        Placeholder.Refuse(text, "clickId");
        if (!ClickToken.TryParse(text, out var token) || !keys.TryVerify(token, out var identity))
        {
            throw ApiError.NotFound("clickId: is not a click of this installation; send the value of the target's query parameter unchanged.");
        }

        var at = notAfterMs is { } now && identity.OccurredAtMs - now is > 0 and <= ClockSkewMs ? now : identity.OccurredAtMs;
        return batch.Link(token.LinkId) is { DeletedAt: null } link
            ? new Touch(Method.Click, link.Id, link.PartnerId, text, at, link.DisabledAt is null ? null : "link_not_live", link.ProgramId)
            : new Touch(Method.Click, token.LinkId, null, text, at, "link_not_live");
    }

    /// <summary>
    /// A code that the customer typed; null when none was sent. One that nobody has may be a coupon of somebody else's: it is
    /// noted and credits nobody, and never takes away what a click earned.
    /// </summary>
    private static Touch? OfCode(IntakeBatch batch, string? referralCode, long occurredAtMs) => CodeOf(referralCode) switch
    {
        null => null,
        var code when batch.LinkOfCode(code) is { } link =>
            new Touch(Method.Code, link.Id, link.PartnerId, null, occurredAtMs, link.IsLive(occurredAtMs) ? null : "link_not_live", link.ProgramId),
        _ => new Touch(Method.Code, null, null, null, occurredAtMs, "unknown_code"),
    };

    /// <summary>The code as it is looked for.</summary>
    /// <exception cref="ApiError">422.</exception>
    public static string? CodeOf(string? referralCode) => Fields.Text(referralCode, "referralCode", Contracts.Links.ShortCode.MaxKeyLength);
}
