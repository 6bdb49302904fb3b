using System.Collections.Frozen;
using System.Globalization;
using LinkTracker.Aggregator.Api;
using LinkTracker.Aggregator.Links;

namespace LinkTracker.Aggregator.Imports;

/// <summary>The columns of an import: the fields of a link that this version can keep.</summary>
internal static class ImportColumns
{
    private static readonly FrozenDictionary<string, Action<LinkRequest, string>> Setters = new Dictionary<string, Action<LinkRequest, string>>
    {
        ["url"] = (link, cell) => link.Url = cell,
        ["domain"] = (link, cell) => link.Domain = cell,
        ["key"] = (link, cell) => link.Key = cell,
        ["externalId"] = (link, cell) => link.ExternalId = cell,
        ["tenantId"] = (link, cell) => link.TenantId = cell,
        ["partnerId"] = (link, cell) => link.PartnerId = cell,
        ["trackConversion"] = (link, cell) => link.TrackConversion = Flag(cell, "trackConversion"),
        ["archived"] = (link, cell) => link.Archived = Flag(cell, "archived"),
        ["disabled"] = (link, cell) => link.Disabled = Flag(cell, "disabled"),
        ["redirectStatus"] = (link, cell) => link.RedirectStatus = Number(cell, "redirectStatus"),
        ["queryPolicy"] = (link, cell) => link.QueryPolicy = cell,
        ["channel"] = (link, cell) => link.Channel = cell,
        ["expiresAt"] = (link, cell) => link.ExpiresAt = cell,
        ["expiredUrl"] = (link, cell) => link.ExpiredUrl = cell,
        ["title"] = (link, cell) => link.Title = cell,
        ["description"] = (link, cell) => link.Description = cell,
        ["image"] = (link, cell) => link.Image = cell,
        ["video"] = (link, cell) => link.Video = cell,
        ["comments"] = (link, cell) => link.Comments = cell,
        ["doIndex"] = (link, cell) => link.DoIndex = Flag(cell, "doIndex"),
        ["publicStats"] = (link, cell) => link.PublicStats = Flag(cell, "publicStats"),
        ["utm_source"] = (link, cell) => link.UtmSource = cell,
        ["utm_medium"] = (link, cell) => link.UtmMedium = cell,
        ["utm_campaign"] = (link, cell) => link.UtmCampaign = cell,
        ["utm_term"] = (link, cell) => link.UtmTerm = cell,
        ["utm_content"] = (link, cell) => link.UtmContent = cell,
        ["ref"] = (link, cell) => link.Ref = cell,
    }.ToFrozenDictionary(StringComparer.Ordinal);

    /// <summary>What is wrong with these names as columns; null when nothing is.</summary>
    public static string? FindFault(IEnumerable<string> names)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var name in names)
        {
            if (!Setters.ContainsKey(name))
            {
                return $"unknown column {name}; the columns are {string.Join(", ", Setters.Keys.Order(StringComparer.Ordinal))}.";
            }

            if (!seen.Add(name))
            {
                return $"column {name} is there twice.";
            }
        }

        return seen.Contains("url") ? null : "column url is missing.";
    }

    public static void Set(LinkRequest link, string column, string cell) => Setters[column](link, cell);

    // As spreadsheets write them, too: TRUE and FALSE.
    private static bool Flag(string cell, string column) =>
        bool.TryParse(cell, out var flag) ? flag : throw ApiError.Unprocessable($"{column}: must be true or false.");

    private static int Number(string cell, string column) => int.TryParse(cell, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
        ? number
        : throw ApiError.Unprocessable($"{column}: must be a whole number.");
}
