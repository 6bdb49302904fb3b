using System.ComponentModel.DataAnnotations;
using System.Text.Json;
using LinkTracker.Aggregator.Api;

namespace LinkTracker.Aggregator.Partners;

internal sealed class PartnerRequest
{
    public string? Name { get; set; }

    [Required]
    public string? Email { get; set; }

    public string? Username { get; set; }

    public string? Image { get; set; }

    /// <summary>The id that the operator's own system has for the partner.</summary>
    public string? TenantId { get; set; }

    /// <summary>Two letters (ISO 3166-1).</summary>
    public string? Country { get; set; }

    public string? Description { get; set; }

    /// <summary>The program that the partner joins; the default one unless given.</summary>
    public string? ProgramId { get; set; }

    /// <summary>The name of a group of that program's rules.</summary>
    public string? GroupId { get; set; }

    /// <summary>Fields of a first link for the partner. It is made when <c>url</c> is among them.</summary>
    public JsonElement? LinkProps { get; set; }

    public PartnerRow ToRow(long id, long nowMs)
    {
        var email = CheckEmail(Fields.Required(Email, "email", 190));
        return new PartnerRow
        {
            Id = id,
            Name = Fields.Text(Name, "name", 190) ?? email,
            Email = email,
            EmailFolded = email.ToLowerInvariant(),
            Username = Fields.Text(Username, "username", 190),
            Image = Fields.Text(Image, "image", 2_000),
            TenantId = Fields.Text(TenantId, "tenantId", 255),
            Country = CheckCountry(Fields.Text(Country, "country", 2)),
            Description = Fields.Text(Description, "description", 5_000),
            CreatedAt = nowMs,
        };
    }

    // Whether mail arrives there only sending some would tell; this catches what is no address at all.
    private static string CheckEmail(string email)
    {
        var at = email.IndexOf('@', StringComparison.Ordinal);
        var isAddress = at > 0 && at == email.LastIndexOf('@') && at < email.Length - 1 && !email.Any(char.IsWhiteSpace);
        return isAddress ? email : throw ApiError.Unprocessable("email: must be an address such as ana@example.com.");
    }

    private static string? CheckCountry(string? country) => country is null || (country.Length == 2 && country.All(char.IsAsciiLetter))
        ? country?.ToUpperInvariant()
        : throw ApiError.Unprocessable("country: must be two letters of ISO 3166-1, such as DE.");
}

internal sealed class PartnerLinkRequest
{
    public string? PartnerId { get; set; }

    public string? TenantId { get; set; }

    public string? Url { get; set; }

    public string? Domain { get; set; }

    public string? Key { get; set; }

    public string? Comments { get; set; }

    /// <summary>Whose rules hold for the link; the partner's only program, or the default one, when left out.</summary>
    public string? ProgramId { get; set; }

    /// <summary>Any other fields of a link.</summary>
    public JsonElement? LinkProps { get; set; }
}
