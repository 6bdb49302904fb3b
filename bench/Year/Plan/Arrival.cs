namespace LinkTracker.Year.Plan;

/// <summary>
/// When the product hears of what happened: most of it at once, some days later, some up to 90 days later, and some twice. So refunds come
/// before their sales, sales before their leads, and newer things before older ones.
/// </summary>
internal static class Arrival
{
    private const int LatestDays = 90;

    public static List<Telling> Order(Dice dice, IReadOnlyList<IReadOnlyList<Told>> lives)
    {
        var tellings = new List<Telling>();
        foreach (var told in lives.SelectMany(life => life))
        {
            tellings.Add(new Telling(told, told.AtMs + Delay(dice), IsRepeat: false));
            if (dice.Happens(0.05))
            {
                tellings.Add(new Telling(told, tellings[^1].ArrivesMs + dice.Between(0, LatestDays * Dice.DayMs), IsRepeat: true));
            }
        }

        return [.. tellings.OrderBy(telling => telling.ArrivesMs).ThenBy(telling => telling.IsRepeat)];
    }

    private static long Delay(Dice dice) => dice.Random.Next(20) switch
    {
        < 16 => dice.Between(0, 60_000),
        < 19 => dice.Between(0, 2 * Dice.DayMs),
        _ => dice.Between(0, LatestDays * Dice.DayMs),
    };
}
