using System.Globalization;

namespace LinkTracker.Year;

/// <summary>Which year to make, and what to tell it to. Every run ends by itself.</summary>
internal sealed record Options
{
    public Engine Engine { get; init; } = Engine.Sqlite;

    public int Seed { get; init; } = 1;

    public int Customers { get; init; } = 1_000;

    /// <summary>Requests under way at once.</summary>
    public int Connections { get; init; } = 16;

    /// <summary>What a run may take; one that takes longer is ended.</summary>
    public TimeSpan Limit { get; init; } = TimeSpan.FromMinutes(20);

    /// <summary>The year ends as it begins. It must not lie ahead.</summary>
    public DateOnly LastDay { get; init; }

    /// <exception cref="FormatException">With the usage.</exception>
    public static Options Parse(string[] args, DateOnly today)
    {
        var options = new Options { LastDay = today };
        for (var i = 0; i + 1 < args.Length; i += 2)
        {
            options = (args[i], args[i + 1]) switch
            {
                ("--engine", "sqlite") => options with { Engine = Engine.Sqlite },
                ("--engine", "postgres") => options with { Engine = Engine.Postgres },
                ("--seed", var value) => options with { Seed = Number(value, int.MaxValue) },
                ("--customers", var value) => options with { Customers = Number(value, 1_000_000) },
                ("--connections", var value) => options with { Connections = Number(value, 256) },
                ("--minutes", var value) => options with { Limit = TimeSpan.FromMinutes(Number(value, 600)) },
                ("--last-day", var value) when DateOnly.TryParseExact(value, "O", out var day) && day <= today => options with { LastDay = day },
                _ => throw new FormatException(Usage),
            };
        }

        return args.Length % 2 == 0 ? options : throw new FormatException(Usage);
    }

    private const string Usage =
        "usage: measure [--engine sqlite|postgres] [--seed N] [--customers N] [--connections N] [--minutes N] [--last-day YYYY-MM-DD]";

    private static int Number(string text, int most) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number > 0 && number <= most ? number : throw new FormatException(Usage);
}
