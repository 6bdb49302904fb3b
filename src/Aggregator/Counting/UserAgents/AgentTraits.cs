namespace LinkTracker.Aggregator.Counting.UserAgents;

/// <summary>Who sent a request, by its user agent alone.</summary>
internal enum AgentKind : byte
{
    Person,

    /// <summary>Fetches a page because somebody shared its link, to show a title and a picture.</summary>
    LinkPreview,

    Bot,
}

/// <summary>What a user agent tells. Unknown parts are <see cref="Unknown"/>.</summary>
/// <param name="Device">Desktop, Mobile or Tablet.</param>
/// <param name="Browser">Such as Chrome, or Instagram for the browser inside that app.</param>
/// <param name="Os">Such as Windows or iOS.</param>
internal sealed record AgentTraits(AgentKind Kind, string Device, string Browser, string Os)
{
    public const string Unknown = "Unknown";
}
