using System.Globalization;

namespace LinkTracker.Cluster;

/// <summary>What to measure. Every run ends by itself: each wait in it has a limit.</summary>
internal sealed record Options
{
    /// <summary>counting, shipping, freshness, or all.</summary>
    public string Mode { get; init; } = "all";

    /// <summary>Clicks of each run of the first two modes.</summary>
    public int Clicks { get; init; } = 400_000;

    /// <summary>Links that those clicks are of.</summary>
    public int Links { get; init; } = 100_000;

    public int Rounds { get; init; } = 5;

    /// <summary>Clicks that are followed until a report shows them; a tenth as many until they are among the events.</summary>
    public int Samples { get; init; } = 300;

    /// <summary>Other clicks in each second meanwhile.</summary>
    public int Load { get; init; } = 300;

    public string Out { get; init; } = "bench/Cluster/results";

    /// <exception cref="FormatException">With the usage.</exception>
    public static Options Parse(string[] args)
    {
        var options = new Options();
        for (var i = 0; i + 1 < args.Length; i += 2)
        {
            options = (args[i], args[i + 1]) switch
            {
                ("--mode", "counting" or "shipping" or "freshness" or "all") => options with { Mode = args[i + 1] },
                ("--clicks", var value) => options with { Clicks = Number(value, 10_000_000) },
                ("--links", var value) => options with { Links = Number(value, 10_000_000) },
                ("--rounds", var value) => options with { Rounds = Number(value, 100) },
                ("--samples", var value) => options with { Samples = Number(value, 10_000) },
                ("--load", var value) => options with { Load = Number(value, 10_000) },
                ("--out", var value) => options with { Out = value },
                _ => throw new FormatException(Usage),
            };
        }

        return args.Length % 2 == 0 ? options : throw new FormatException(Usage);
    }

    public bool Has(string mode) => Mode == mode || Mode == "all";

    private const string Usage =
        "usage: measure [--mode counting|shipping|freshness|all] [--clicks N] [--links N] [--rounds N] [--samples N] [--load CLICKS-PER-SECOND] [--out FOLDER]";

    private static int Number(string text, int most) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number > 0 && number <= most ? number : throw new FormatException(Usage);
}
