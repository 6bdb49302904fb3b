using System.Globalization;

namespace LinkTracker.Conversions;

/// <summary>What to measure. Every run ends by itself: its seconds are bounded, and each wait has a limit.</summary>
internal sealed record Options
{
    /// <summary>sqlite, postgres, or both.</summary>
    public string Engine { get; init; } = "both";

    public int Rounds { get; init; } = 5;

    /// <summary>Of each run.</summary>
    public int Seconds { get; init; } = 10;

    /// <summary>Customers that are known before the first sale is measured.</summary>
    public int Customers { get; init; } = 10_000;

    /// <summary>Tables of pgbench: 100,000 accounts each.</summary>
    public int Scale { get; init; } = 10;

    /// <summary>Whether commits of PostgreSQL wait for the disk, for pgbench as for the product.</summary>
    public bool IsDurable { get; init; } = true;

    /// <summary>Names of loads, parted by commas; empty: all.</summary>
    public string Loads { get; init; } = "";

    public string Out { get; init; } = "bench/Conversions/results";

    /// <exception cref="FormatException">With the usage.</exception>
    public static Options Parse(string[] args)
    {
        var options = new Options();
        for (var i = 0; i + 1 < args.Length; i += 2)
        {
            options = (args[i], args[i + 1]) switch
            {
                ("--engine", "sqlite" or "postgres" or "both") => options with { Engine = args[i + 1] },
                ("--rounds", var value) => options with { Rounds = Number(value, 100) },
                // pgbench is given a minute.
                ("--seconds", var value) => options with { Seconds = Number(value, 45) },
                ("--customers", var value) => options with { Customers = Number(value, 1_000_000) },
                ("--scale", var value) => options with { Scale = Number(value, 100) },
                ("--fsync", "on" or "off") => options with { IsDurable = args[i + 1] == "on" },
                ("--loads", var value) => options with { Loads = value },
                ("--out", var value) => options with { Out = value },
                _ => throw new FormatException(Usage),
            };
        }

        return args.Length % 2 == 0 ? options : throw new FormatException(Usage);
    }

    public bool Has(Engine engine) => Engine == "both" || Engine.Equals(engine.ToString(), StringComparison.OrdinalIgnoreCase);

    public bool Runs(string load) => Loads.Length == 0 || Loads.Split(',').Contains(load);

    private const string Usage =
        "usage: measure [--engine sqlite|postgres|both] [--rounds N] [--seconds N] [--customers N] [--scale N] [--fsync on|off] [--loads known-64,new-64] [--out FOLDER]";

    private static int Number(string text, int most) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number > 0 && number <= most ? number : throw new FormatException(Usage);
}
