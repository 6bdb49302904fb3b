using LinkTracker.Aggregator.Api;
using LinkTracker.Aggregator.Links;
using LinkTracker.Aggregator.Partners;
using LinkTracker.Aggregator.Storage;
using LinkTracker.Contracts.Links;
using LinkTracker.ServiceDefaults;

namespace LinkTracker.Aggregator.Codes;

/// <summary>Whether a code that a customer typed would credit somebody, for checkout pages.</summary>
internal sealed class CodeCheckApi(Database database, GuessThrottle throttle, Settings settings, TimeProvider clock)
{
    public static void Map(IEndpointRouteBuilder routes, IServiceProvider services)
    {
        var api = ActivatorUtilities.CreateInstance<CodeCheckApi>(services);
        routes.MapGet("/codes/check", api.Get).WithTags("Codes").WithName("checkCode").Produces<ErrorEnvelope>(StatusCodes.Status429TooManyRequests);
    }

    private CodeCheck Get(HttpContext context, string? code)
    {
        var text = Fields.Required(code, "code", ShortCode.MaxKeyLength);
        var guesser = Guesser.Of(context, settings.AddressHeader);
        if (throttle.Enter(guesser) is { } seconds)
        {
            throw ApiError.RateLimited("Too many codes that nobody has were asked for; try again later.", seconds);
        }

        context.Response.Headers.CacheControl = "no-store";
        var isMiss = false;
        try
        {
            var check = database.Read(session => Check(session, text, clock.GetUtcNow().ToUnixTimeMilliseconds()));
            isMiss = !check.Valid;
            return check;
        }
        finally
        {
            // A database that is away is nobody's guess.
            if (isMiss)
            {
                throttle.Miss();
            }
            else
            {
                throttle.TakeBack(guesser);
            }
        }
    }

    // The same two statements whether the code is known, disabled or nobody's, and for the last two the same answer.
    private CodeCheck Check(Session session, string code, long nowMs)
    {
        var id = TypedCodes.Resolve(session, settings.DefaultDomain, [code]).GetValueOrDefault(code);
        var owned = session.First<OwnedLink>(
            "SELECT l.*, p.name AS partner_name, p.status AS partner_status FROM links l LEFT JOIN partners p ON p.id = l.partner_id WHERE l.id = @id", new { id });
        var isValid = owned is { PartnerStatus: null or Partners.PartnerStatus.Approved } && owned.IsLive(nowMs);
        return new CodeCheck(isValid, isValid ? owned!.PartnerName : null);
    }

    private sealed class OwnedLink : LinkRow
    {
        public string? PartnerName { get; set; }

        public string? PartnerStatus { get; set; }
    }
}

/// <param name="PartnerName">Whose code it is; null when it is not valid, or of a link that belongs to no partner.</param>
internal sealed record CodeCheck(bool Valid, string? PartnerName);
