using LinkTracker.Aggregator.Api;

namespace LinkTracker.Aggregator.Codes;

/// <summary>Pictures of QR codes. Open to everybody, because pages and mails show them; so it reads nothing, and what it may cost is bounded.</summary>
internal static class QrApi
{
    private const int MaxUrl = 2_000;
    private const int MaxSize = 2_000;
    private const int DefaultSize = 600;
    private const int MaxMargin = 16;
    private const int DefaultMargin = 2;

    public static void Map(IEndpointRouteBuilder routes) => routes.MapGet("/qr", GetAsync)
        .WithTags("Codes").WithName("getQRCode").Produces<byte[]>(StatusCodes.Status200OK, "image/png").Produces<ErrorEnvelope>(StatusCodes.Status503ServiceUnavailable);

    private static async Task<IResult> GetAsync(HttpContext context, QrTurns turns, [AsParameters] QrRequest request)
    {
        if (!string.IsNullOrEmpty(request.Logo))
        {
            throw ApiError.Unprocessable("logo: not supported by this version; leave it out.");
        }

        var url = CheckUrl(request.Url);
        var size = (int)Fields.Between(request.Size ?? DefaultSize, "size", 1, MaxSize);
        var margin = request.IncludeMargin == false ? 0 : (int)Fields.Between(request.Margin ?? DefaultMargin, "margin", 0, MaxMargin);
        var level = Fields.OneOf(string.IsNullOrEmpty(request.Level) ? "L" : request.Level, "level", "L", "M", "Q", "H")[0];
        var (dark, light) = (Colour(request.FgColor ?? "#000000", "fgColor"), Colour(request.BgColor ?? "#ffffff", "bgColor"));
        if (dark.AsSpan().SequenceEqual(light))
        {
            throw ApiError.Unprocessable("fgColor: must differ from bgColor.");
        }

        using var turn = await turns.TakeAsync(context.RequestAborted);
        var modules = QrModules.Encode(url, level) ?? throw ApiError.Unprocessable($"url: is too long for a code of level {level}; use level L or a shorter one.");
        var smallest = modules.Length + (2 * margin);
        if (size < smallest)
        {
            throw ApiError.Unprocessable($"size: this code needs at least {smallest} pixels.");
        }

        // The same for ever: all that it depends on stands in its address.
        context.Response.Headers.CacheControl = "public, max-age=86400";
        return Results.Bytes(QrPicture.Draw(modules, size, margin, dark, light), "image/png");
    }

    private static string CheckUrl(string? url)
    {
        var text = Fields.Required(url, "url", MaxUrl);
        return Uri.TryCreate(text, UriKind.Absolute, out var address) && address.Scheme is "http" or "https"
            ? text
            : throw ApiError.Unprocessable("url: must be an address that begins with http:// or https://.");
    }

    /// <summary>Red, green and blue.</summary>
    private static byte[] Colour(string text, string field)
    {
        var digits = text.TrimStart('#');
        var full = digits.Length == 3 ? string.Concat(digits.Select(digit => new string(digit, 2))) : digits;
        return full.Length == 6 && full.All(char.IsAsciiHexDigit)
            ? Convert.FromHexString(full)
            : throw ApiError.Unprocessable($"{field}: must be a colour such as #1a2b3c.");
    }
}

/// <summary>The query parameters of a QR code.</summary>
internal sealed class QrRequest
{
    /// <summary>At most 2,000 characters.</summary>
    public string? Url { get; set; }

    /// <summary>Pixels of each side, up to 2,000; 600 unless given.</summary>
    public int? Size { get; set; }

    /// <summary>L (the default), M, Q or H: how much of the code may be damaged.</summary>
    public string? Level { get; set; }

    public string? FgColor { get; set; }

    public string? BgColor { get; set; }

    /// <summary>There is never a logo: both values are taken.</summary>
    public bool? HideLogo { get; set; }

    /// <summary>Modules on each side, 0 to 16; 2 unless given.</summary>
    public int? Margin { get; set; }

    /// <summary>Older: false is a margin of 0.</summary>
    public bool? IncludeMargin { get; set; }

    /// <summary>Not supported: the server fetches nothing from addresses that strangers name.</summary>
    public string? Logo { get; set; }
}
