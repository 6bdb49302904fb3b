using System.Globalization;

namespace LinkTracker.Load;

/// <summary>What to measure. Every run ends by itself: rounds × servers × (seconds + a warm-up).</summary>
internal sealed record Options
{
    /// <summary>saturation, rate, links, or all.</summary>
    public string Mode { get; init; } = "all";

    public int Rounds { get; init; } = 5;

    public int Seconds { get; init; } = 5;

    /// <summary>Links of the first two modes.</summary>
    public int Links { get; init; } = 100_000;

    public string Out { get; init; } = "bench/Load/results";

    /// <exception cref="FormatException">With the usage.</exception>
    public static Options Parse(string[] args)
    {
        var options = new Options();
        for (var i = 0; i + 1 < args.Length; i += 2)
        {
            options = (args[i], args[i + 1]) switch
            {
                ("--mode", "saturation" or "rate" or "links" or "all") => options with { Mode = args[i + 1] },
                ("--rounds", var value) => options with { Rounds = Number(value) },
                ("--seconds", var value) => options with { Seconds = Number(value) },
                ("--links", var value) => options with { Links = Number(value) },
                ("--out", var value) => options with { Out = value },
                _ => throw new FormatException(Usage),
            };
        }

        return args.Length % 2 == 0 ? options : throw new FormatException(Usage);
    }

    public bool Has(string mode) => Mode == mode || Mode == "all";

    private const string Usage = "usage: compare [--mode saturation|rate|links|all] [--rounds N] [--seconds N] [--links N] [--out FOLDER]";

    private static int Number(string text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number is > 0 and <= 10_000_000 ? number : throw new FormatException(Usage);
}
