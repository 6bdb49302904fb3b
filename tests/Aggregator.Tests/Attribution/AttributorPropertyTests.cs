using System.Numerics;
using System.Text.Json;
using LinkTracker.Aggregator.Api;
using LinkTracker.Aggregator.Attribution;

namespace LinkTracker.Aggregator.Tests.Attribution;

public class AttributorPropertyTests
{
    private const int Histories = 4_000;

    [Fact]
    public void The_rules_in_arbitrary_precision_agree_on_every_share_reason_and_conflict()
    {
        var reasons = new HashSet<string>();
        foreach (var (seed, random) in All())
        {
            var decisions = Attributor.Decide(random.History, random.Programs);
            var verdicts = new ReferenceAttribution(random.History, random.Programs).Decide();
            Assert.True(decisions.Count == verdicts.Count && decisions.Zip(verdicts).All(pair => Agree(pair.First, pair.Second)), $"The seed is {seed}.");
            reasons.UnionWith(decisions.SelectMany(decision => decision.Candidates).Select(candidate => candidate.Lost).OfType<string>());
        }

        // Histories that never come to a rule would say nothing of it.
        Assert.Equal(
            ["after_conversion", "beaten", "bound", "existing_customer", "injected", "link_not_live", "not_in_precedence", "other_program", "too_many", "unknown_code", "window_over"],
            reasons.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Told_in_another_order_and_some_of_it_twice_it_comes_out_the_same()
    {
        foreach (var (seed, random) in All())
        {
            var expected = Text(Attributor.Decide(random.History, random.Programs));
            for (var i = 0; i < 3; i++)
            {
                Assert.True(expected == Text(Attributor.Decide(random.Shuffled(), random.Programs)), $"The seed is {seed}.");
            }
        }
    }

    [Fact]
    public void In_all_permutations_of_a_history_it_comes_out_the_same()
    {
        foreach (var (seed, random) in All().Take(60))
        {
            var facts = random.History.Facts.Take(5).ToArray();
            var expected = Text(Attributor.Decide(random.History with { Facts = facts }, random.Programs));
            foreach (var permuted in Permutations(facts))
            {
                Assert.True(expected == Text(Attributor.Decide(random.History with { Facts = [.. permuted, permuted[0]] }, random.Programs)), $"The seed is {seed}.");
            }
        }
    }

    [Fact]
    public void What_happens_later_changes_nothing_but_what_waits_for_it()
    {
        foreach (var (seed, random) in All())
        {
            var decisions = Attributor.Decide(random.History, random.Programs);
            for (var count = 1; count < decisions.Count; count++)
            {
                var ids = decisions.Take(count).Select(decision => decision.FactId).ToHashSet();
                var sooner = Attributor.Decide(random.History with { Facts = [.. random.History.Facts.Where(fact => ids.Contains(fact.Id))] }, random.Programs);
                Assert.True(sooner.Zip(decisions).All(pair => pair.First.Credits.Count == 0 || Text([pair.First]) == Text([pair.Second]) || IsLater(pair.First, decisions)), $"The seed is {seed}.");
            }
        }
    }

    [Fact]
    public void A_decision_is_stored_as_it_was_made()
    {
        foreach (var (_, random) in All().Take(200))
        {
            var decisions = Attributor.Decide(random.History, random.Programs);
            var read = JsonSerializer.Deserialize<Decision[]>(Text(decisions), ApiJson.Options)!;
            Assert.Equal(decisions.SelectMany(one => one.Credits), read.SelectMany(one => one.Credits));
            Assert.Equal(Text(decisions), Text(read));
        }
    }

    // What inherits from behind it may find something nearer; here it is enough that it does inherit from behind.
    private static bool IsLater(Decision sooner, IReadOnlyList<Decision> decisions) =>
        sooner.Candidates[0].Via is { } via && decisions.TakeWhile(decision => decision.FactId != sooner.FactId).All(decision => decision.FactId != via);

    private static bool Agree(Decision decision, ReferenceAttribution.Verdict verdict)
    {
        var whole = decision.Credits.Aggregate(BigInteger.Zero, (sum, credit) => sum + credit.Weight);
        return decision.ProgramId == verdict.Program
            && decision.IsConflict == verdict.IsConflict
            && decision.Credits.Select(credit => credit.Touch).SequenceEqual(verdict.Shares.Select(share => share.Touch))
            && decision.Credits.Zip(verdict.Shares).All(pair => pair.First.Weight * pair.Second.Whole == pair.Second.Weight * whole)
            && decision.Candidates.Where(candidate => candidate.Lost is not null).Select(candidate => (candidate.Touch.ToString(), candidate.Lost!)).Order()
                .SequenceEqual(verdict.Losers.Select(loser => (loser.Touch.ToString(), loser.Reason)).Order());
    }

    private static string Text(IReadOnlyList<Decision> decisions) => JsonSerializer.Serialize(decisions, ApiJson.Options);

    private static IEnumerable<(int Seed, RandomHistory History)> All() => Enumerable.Range(1, Histories).Select(seed => (seed, new RandomHistory(seed)));

    private static IEnumerable<Fact[]> Permutations(Fact[] facts) => facts.Length <= 1
        ? [facts]
        : facts.SelectMany((fact, i) => Permutations([.. facts[..i], .. facts[(i + 1)..]]).Select(rest => (Fact[])[fact, .. rest]));
}
