using LinkTracker.Year;
using LinkTracker.Year.Plan;
using LinkTracker.Year.Truth;
using Xunit.Abstractions;

namespace LinkTracker.EndToEnd.Tests;

/// <summary>A small form of <c>bench/Year</c>: what a telecom's referral programs make of a year, told late, twice and in any order, is reported to the unit.</summary>
public sealed class YearTests(ITestOutputHelper output)
{
    private const int Customers = 1_000;

    private static readonly DateOnly Today = DateOnly.FromDateTime(TimeProvider.System.GetUtcNow().UtcDateTime);

    [Fact]
    public Task A_year_is_reported_to_the_unit_on_Sqlite() => RunAsync(Engine.Sqlite);

    [FactWith(Need.Postgres, Need.Redis, Need.Kafka)]
    public Task A_year_is_reported_to_the_unit_on_Postgres() => RunAsync(Engine.Postgres);

    [Fact]
    public void The_same_seed_gives_the_same_year()
    {
        var (one, other) = (YearPlan.Draw(7, Customers, Today), YearPlan.Draw(7, Customers, Today));
        Assert.Equal(one.Tellings.Select(Text), other.Tellings.Select(Text));
        Assert.Empty(FiguresOf(one).DifferencesFrom(FiguresOf(other)));
        Assert.NotEmpty(FiguresOf(one).DifferencesFrom(FiguresOf(YearPlan.Draw(8, Customers, Today))));
    }

    [Fact]
    public void A_year_has_everything_that_can_go_wrong_with_money()
    {
        var plan = YearPlan.Draw(1, Customers, new DateOnly(2026, 11, 1));
        var earnings = YearTruth.Of(plan).Earnings;
        var rules = plan.Programs.SelectMany(program => program.RewardsOfTheYear, (program, rule) => (program.Name, rule.Id));
        Assert.Equal(rules.Order(), earnings.Where(earning => earning.Owed > 0).Select(earning => (earning.Program.Name, earning.Rule.Id)).Distinct().Order());
        Assert.True(earnings.Any(earning => earning.Owed == 0 && earning.Granted > 0), "no sale was refunded whole");
        Assert.True(earnings.Any(earning => earning.Owed < earning.Granted && earning.Owed > 0), "no sale was refunded in part");
        Assert.True(earnings.Any(earning => earning is { Granted: 0, Rule.Cap.Scope: "program" }), "no day reached the program's cap");
        Assert.True(earnings.Any(earning => earning is { Granted: 0, Rule.Cap.Scope: "partner" }), "no referrer reached its cap");
        Assert.True(earnings.Any(earning => earning.Weights.Count > 2), "no three referrers share a reward");
        Assert.All(Enum.GetValues<ToldKind>(), kind => Assert.True(plan.Tellings.Any(telling => telling.What.Kind == kind && telling.IsRepeat), $"no {kind} is told twice"));
        Assert.True(plan.Tellings.Any(telling => telling.ArrivesMs - telling.What.AtMs > 80 * Dice.DayMs), "nothing is told late");
    }

    [Fact]
    public Task A_year_that_takes_too_long_is_ended() => Assert.ThrowsAsync<TimeoutException>(
        () => YearRun.RunAsync(new Options { Customers = 10, LastDay = Today, Limit = TimeSpan.FromMilliseconds(1) }, TextWriter.Null));

    private static Figures FiguresOf(YearPlan plan) => TruthFigures.Of(plan, YearTruth.Of(plan));

    private static string Text(Telling telling) => $"{telling.ArrivesMs} {telling.What.Kind} {telling.What.Customer} {telling.What.Key} {telling.What.Amount}";

    private async Task RunAsync(Engine engine)
    {
        var text = new StringWriter();
        var differences = await YearRun.RunAsync(new Options { Engine = engine, Customers = Customers, LastDay = Today }, text);
        output.WriteLine(text.ToString());
        Assert.True(differences == 0, text.ToString());
    }
}
