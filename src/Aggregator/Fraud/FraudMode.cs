namespace LinkTracker.Aggregator.Fraud;

/// <summary>What a rule does where it fires, the milder first. The names are stored: add, never change.</summary>
internal enum FraudMode
{
    Off,

    /// <summary>Shows in a case of its own what it would have done.</summary>
    Shadow,

    /// <summary>Opens a case; money goes its way.</summary>
    Flag,

    /// <summary>Keeps the money back until the case is decided.</summary>
    Hold,

    /// <summary>Takes the money back at once.</summary>
    Reject,
}

internal static class FraudModes
{
    public static IReadOnlyList<string> Names { get; } = [.. Enum.GetValues<FraudMode>().Select(mode => mode.Name())];

    public static string Name(this FraudMode mode) => mode.ToString().ToLowerInvariant();

    /// <summary>The mode of a name that was checked when it was stored.</summary>
    public static FraudMode Parse(string name) => (FraudMode)Names.ToList().IndexOf(name) is var mode && Enum.IsDefined(mode)
        ? mode
        : throw new InvalidOperationException($"{name} is no mode of a fraud rule.");
}
