using System.Buffers;
using System.Reflection;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace LinkTracker.Aggregator.Counting.UserAgents;

/// <summary>
/// Tells people from programs by the maintained lists that <c>tools/bots</c> turns into <c>Data/bots.json</c>. Previews are
/// asked first: to a preview somebody's sharing can be seen, which a mere bot does not show.
/// </summary>
internal sealed class BotRules
{
    private const RegexOptions Options = RegexOptions.Compiled | RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture;

    private readonly Matcher _previews;
    private readonly Matcher _bots;
    private readonly Regex _hints;

    private BotRules(RuleFile file)
    {
        _previews = new Matcher(file.Previews);
        _bots = new Matcher(file.Bots);
        _hints = new Regex(string.Join('|', file.PatternsIgnoringCase), Options | RegexOptions.IgnoreCase);
    }

    /// <summary>The rules of this build. Compiling them takes a moment, and they never change.</summary>
    public static BotRules Embedded { get; } = Load();

    private static BotRules Load()
    {
        using var stream = Assembly.GetExecutingAssembly().GetManifestResourceStream("Counting/bots.json")
            ?? throw new InvalidOperationException("The bot rules are not embedded in this assembly.");
        return new BotRules(JsonSerializer.Deserialize<RuleFile>(stream, JsonSerializerOptions.Web)!);
    }

    public AgentKind Judge(string userAgent)
    {
        // Every browser names itself.
        if (string.IsNullOrWhiteSpace(userAgent))
        {
            return AgentKind.Bot;
        }

        if (_previews.Matches(userAgent))
        {
            return AgentKind.LinkPreview;
        }

        return _bots.Matches(userAgent) || _hints.IsMatch(userAgent) ? AgentKind.Bot : AgentKind.Person;
    }

    private sealed class Matcher(RulePart part)
    {
        // All texts are searched in one pass over the user agent, whose length is bounded.
        private readonly SearchValues<string> _texts = SearchValues.Create(part.Texts, StringComparison.Ordinal);
        private readonly Regex _patterns = new(string.Join('|', part.Patterns), Options);

        public bool Matches(string userAgent) =>
            userAgent.AsSpan().ContainsAny(_texts) || _patterns.IsMatch(userAgent);
    }

    private sealed record RulePart(string[] Texts, string[] Patterns);

    private sealed record RuleFile(RulePart Previews, RulePart Bots, string[] PatternsIgnoringCase);
}
