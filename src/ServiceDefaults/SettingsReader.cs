using System.Text;
using LinkTracker.Contracts.Links;
using Microsoft.Extensions.Configuration;

namespace LinkTracker.ServiceDefaults;

/// <summary>Turns configuration into <see cref="Settings"/>. An empty value means the default; other prefixes are left alone.</summary>
public static class SettingsReader
{
    private const int LongestEcho = 80;

    private static readonly Dictionary<string, Setting> ByName =
        SettingsTable.All.ToDictionary(s => s.Name, StringComparer.OrdinalIgnoreCase);

    private static readonly string[] Prefixes =
        [.. SettingsTable.All.Select(s => s.Name[..s.Name.IndexOf(':', StringComparison.Ordinal)]).Distinct()];

    /// <exception cref="SettingsException">With one line that names the setting and what it may be.</exception>
    public static Settings Read(IConfiguration configuration)
    {
        var settings = new Settings();
        foreach (var (name, value) in Prefixes.SelectMany(prefix => configuration.GetSection(prefix).GetChildren()).SelectMany(child => child.AsEnumerable()))
        {
            if (value is null)
            {
                // A section that only holds others.
                continue;
            }

            var setting = ByName.GetValueOrDefault(name) ?? throw Unknown(name);
            if (value.Length > 0)
            {
                settings = setting.Apply(settings, value) ?? throw Wrong(setting, value);
            }
        }

        RefuseLoop(settings, "Edge:NotFoundUrl", settings.NotFoundUrl);
        RefuseLoop(settings, "Edge:ExpiredUrl", settings.ExpiredUrl);
        return settings;
    }

    // A page for unknown links that is itself an unknown link would send its visitors round for ever.
    private static void RefuseLoop(Settings settings, string name, Uri? page)
    {
        if (page is not null && !TargetUrl.TryCanonicalise(page.OriginalString, settings.ShortHosts, out _, out _))
        {
            throw Wrong(ByName[name], page.OriginalString);
        }
    }

    private static SettingsException Wrong(Setting setting, string value)
    {
        var given = setting.IsSecret ? "has a value that is not shown" : $"is '{Printable(value)}'";
        return new SettingsException($"{setting.EnvironmentName} {given}, but must be {setting.Allowed}.");
    }

    private static SettingsException Unknown(string name)
    {
        // Few letters to change, and a long common start: people leave out ends.
        var upper = name.ToUpperInvariant();
        var nearest = SettingsTable.All.MinBy(s => Distance(s.Name.ToUpperInvariant(), upper) - s.Name.ToUpperInvariant().AsSpan().CommonPrefixLength(upper))!;
        var given = Printable(Setting.EnvironmentNameOf(name));
        return new SettingsException($"{given} is not a setting: did you mean {nearest.EnvironmentName}? Correct or remove it.");
    }

    private static string Printable(string value)
    {
        var shown = new StringBuilder();
        foreach (var rune in value.EnumerateRunes().Take(LongestEcho))
        {
            _ = Rune.IsControl(rune) || rune.Value is 0x2028 or 0x2029 ? shown.Append('?') : shown.Append(rune);
        }

        return shown.Length < value.Length ? shown.Append('…').ToString() : shown.ToString();
    }

    /// <summary>Levenshtein's: how many letters to add, drop or change to make one word of the other.</summary>
    private static int Distance(string one, string other)
    {
        var above = Enumerable.Range(0, other.Length + 1).ToArray();
        for (var i = 1; i <= one.Length; i++)
        {
            var diagonal = above[0];
            above[0] = i;
            for (var j = 1; j <= other.Length; j++)
            {
                var change = diagonal + (one[i - 1] == other[j - 1] ? 0 : 1);
                diagonal = above[j];
                above[j] = Math.Min(change, Math.Min(above[j], above[j - 1]) + 1);
            }
        }

        return above[^1];
    }
}
