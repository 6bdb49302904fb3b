namespace LinkTracker.Year.Plan;

/// <summary>
/// A year of a telecom's referral programs: who referred, who came, what was bought and what went back; and in which order the product
/// hears of it. The same seed, size and last day give the same year.
/// </summary>
internal sealed record YearPlan
{
    private const int Days = 365;
    private const int CustomersOfAReferrer = 40;

    // Of so many customers the first few come at once, through one link.
    private const int BurstEvery = 500;
    private const int BurstSize = 8;

    public required IReadOnlyList<ProgramTerms> Programs { get; init; }

    public required IReadOnlyList<Referrer> Referrers { get; init; }

    public required Rates Rates { get; init; }

    /// <summary>What the shop tells, customer by customer.</summary>
    public required IReadOnlyList<IReadOnlyList<Told>> Customers { get; init; }

    /// <summary>In the order of arrival.</summary>
    public required IReadOnlyList<Telling> Tellings { get; init; }

    public IEnumerable<SharedLink> Links => Referrers.SelectMany(referrer => referrer.Links);

    /// <param name="lastDay">The year ends with its beginning.</param>
    public static YearPlan Draw(int seed, int customers, DateOnly lastDay)
    {
        var until = new DateTimeOffset(lastDay, TimeOnly.MinValue, TimeSpan.Zero).ToUnixTimeMilliseconds();
        var dice = new Dice(seed, until - (Days * Dice.DayMs), until);
        var programs = Telecom.Programs(customers);
        var referrers = DrawReferrers(dice, programs, Math.Max(12, customers / CustomersOfAReferrer));
        var byProgram = programs.Select(program => referrers.Where(referrer => referrer.Program == program).ToArray()).ToArray();
        var lives = new List<IReadOnlyList<Told>>(customers);
        (SharedLink, long)? burst = null;
        for (var customer = 0; customer < customers; customer++)
        {
            burst = (customer % BurstEvery) switch
            {
                0 => (dice.Of(dice.Of(referrers).Links), dice.Between(dice.FromMs, until - (2 * Dice.DayMs))),
                < BurstSize => burst,
                _ => null,
            };
            lives.Add(new CustomerLife(dice, byProgram, customer, burst).Live());
        }

        return new YearPlan
        {
            Programs = programs,
            Referrers = referrers,
            Rates = Rates.Draw(dice.Random, lastDay.AddDays(-Days), lastDay),
            Customers = lives,
            Tellings = Arrival.Order(dice, lives),
        };
    }

    private static List<Referrer> DrawReferrers(Dice dice, IReadOnlyList<ProgramTerms> programs, int count)
    {
        string[] channels = ["wa", "mail", "print", "sms"];
        var referrers = new List<Referrer>();
        var links = 0;
        for (var i = 0; i < count; i++)
        {
            var program = programs[i % programs.Count];
            var referrer = new Referrer(i, program, program.Groups.Any(group => group.Name == Telecom.Gold) && dice.Happens(0.3));
            referrer.Links.AddRange(channels.Take(dice.Random.Next(1, channels.Length + 1)).Select(channel => new SharedLink(links++, referrer, channel)));
            referrers.Add(referrer);
        }

        return referrers;
    }
}
