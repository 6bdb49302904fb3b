using LinkTracker.Aggregator.Attribution;
using LinkTracker.Aggregator.Programs;
using static LinkTracker.Aggregator.Tests.Attribution.TestPrograms;

namespace LinkTracker.Aggregator.Tests.Attribution;

public class AttributorTests
{
    private static readonly AttributionRules Rules = new();

    [Theory]
    [InlineData(0, null)]
    [InlineData(1, "after_conversion")]
    [InlineData(-(90 * Day) + 1, null)]
    [InlineData(-90 * Day, "window_over")]
    public void A_click_counts_from_its_millisecond_until_just_before_the_end_of_its_window(long age, string? lost) =>
        Assert.Equal(lost, Assert.Single(Sale(Rules, Click(1, Now + age)).Candidates).Lost);

    [Fact]
    public void The_windows_of_clicks_leads_and_contacts_are_half_open_to_the_millisecond()
    {
        var rules = Rules with { ClickDays = 7, LeadDays = 30, ContactDays = 3 };
        Assert.Equal(1, Winner(Sale(rules, Click(1, Now - (7 * Day) + 1))));
        Assert.Null(Winner(Sale(rules, Click(1, Now - (7 * Day)))));

        // The lead's own time is what its window begins with, not the click's behind it.
        var lead = Fact(FactKind.Lead, "lead", Now, Click(1, Now - (6 * Day)));
        Assert.Equal(1, Winner(Decide(Of(rules), lead, Fact(FactKind.Sale, "s", Now + (30 * Day) - 1))[1]));
        var late = Decide(Of(rules), lead, Fact(FactKind.Sale, "s", Now + (30 * Day)))[1];
        Assert.Equal((null, "window_over"), (Winner(late), late.Candidates[0].Lost));

        Assert.Equal(1, Winner(Named(rules, Now + (3 * Day) - 1, Contact(1, Now))));
        Assert.Null(Winner(Named(rules, Now + (3 * Day), Contact(1, Now))));
        Assert.Empty(Named(rules, Now, Contact(1, Now + 1)).Candidates);
    }

    [Fact]
    public void A_typed_code_beats_a_click_that_beats_an_earlier_lead_that_beats_a_contact_and_the_losers_are_noted()
    {
        var lead = Fact(FactKind.Lead, "lead", Now - 9, Click(3, Now - 10));
        var sale = Fact(FactKind.Sale, "sale", Now, Code(1, Now), Click(2, Now - 5));
        var decision = Attributor.Decide(new CustomerHistory(null, [sale, lead], [Contact(4, Now - 20)]), Of(Rules))[1];
        Assert.Equal(
            [(1, Method.Code, null), (2, Method.Click, "beaten"), (3, Method.Click, "beaten"), (3, Method.Lead, "beaten"), (4L, Method.Contact, "beaten")],
            decision.Candidates.Select(one => (one.Touch.LinkId!.Value, one.Touch.Method, one.Lost)));
        Assert.True(decision.IsConflict);

        var other = Decide(Of(Rules with { Precedence = ["lead", "click"] }), lead, sale)[1];
        Assert.Equal((3, Method.Lead), (Winner(other), other.Credits[0].Touch.Method));
        Assert.Equal("not_in_precedence", other.Candidates[^1].Lost);
    }

    [Fact]
    public void Weaker_evidence_for_the_same_partner_is_no_conflict()
    {
        Assert.False(Sale(Rules, Code(1, Now), Click(1, Now - 1)).IsConflict);
        Assert.False(Sale(Rules, Code(1, Now), Click(2, Now - (91 * Day))).IsConflict);
        Assert.True(Sale(Rules, Code(1, Now) with { PartnerId = null }, Click(2, Now - 1) with { PartnerId = null }).IsConflict);
    }

    [Fact]
    public void A_code_that_nobody_has_takes_nothing_from_the_click()
    {
        var decision = Sale(Rules, new Touch(Method.Code, null, null, null, Now, "unknown_code"), Click(2, Now - 1));
        Assert.Equal((2, "unknown_code"), (Winner(decision), decision.Candidates[1].Lost));
    }

    [Fact]
    public void A_sale_inherits_the_newest_lead_with_all_its_parts_or_the_one_that_it_names()
    {
        Fact[] facts =
        [
            Fact(FactKind.Lead, "a", Now, Click(1, Now - 2), Click(2, Now - 1)),
            Fact(FactKind.Sale, "b", Now + 1),
            Fact(FactKind.Lead, "c", Now + 2, Code(3, Now + 2)),
            Fact(FactKind.Sale, "d", Now + 3),
            Fact(FactKind.Sale, "e", Now + 4) with { LeadEventName = "a" },
            Fact(FactKind.Sale, "f", Now + 5) with { LeadEventName = "none" },
        ];
        var decisions = Decide(Of(Rules with { Model = "linear" }), facts);
        Assert.Equal([[1, 2], [1, 2], [3], [3], [1, 2], []], decisions.Select(one => one.Credits.Select(credit => credit.Touch.LinkId!.Value).ToArray()));
        Assert.All(decisions[1].Credits, credit => Assert.Equal((Method.Lead, 1), (credit.Touch.Method, credit.Weight)));
        Assert.All(decisions[1].Candidates, candidate => Assert.Equal(decisions[0].FactId, candidate.Via));
    }

    [Fact]
    public void Without_a_lead_a_customer_stays_with_what_it_was_first_credited_for_and_an_event_binds_nobody()
    {
        Fact[] facts =
        [
            Fact(FactKind.Event, "a", Now, Code(9, Now)),
            Fact(FactKind.Sale, "b", Now + 1, Code(1, Now + 1)),
            Fact(FactKind.Sale, "c", Now + 2, Code(2, Now + 2)),
            Fact(FactKind.Sale, "d", Now + 3),
            Fact(FactKind.Event, "e", Now + 4),
        ];
        var decisions = Decide(Of(Rules), facts);
        Assert.Equal([9, 1, 2, 1, 1L], decisions.Select(one => Winner(one)!.Value));
        Assert.Equal(Method.Customer, decisions[3].Credits[0].Touch.Method);
    }

    [Fact]
    public void An_old_click_counts_beside_a_new_one_but_never_beats_the_lead_by_itself()
    {
        var lead = Fact(FactKind.Lead, "a", Now, Code(1, Now), Click(2, Now - 1));
        var decisions = Decide(Of(Rules with { Model = "linear" }), lead, Fact(FactKind.Sale, "b", Now + 1), Fact(FactKind.Sale, "c", Now + 2, Click(3, Now + 2)));
        Assert.Equal([1L], Links(decisions[1]));
        Assert.Equal("bound", decisions[1].Candidates.Single(one => one.Touch.LinkId == 2).Lost);
        Assert.Equal([2L, 3L], Links(decisions[2]));
    }

    [Fact]
    public void A_program_can_keep_its_customers_with_their_first_and_refuse_those_that_it_had_before()
    {
        var lead = Fact(FactKind.Lead, "a", Now, Click(1, Now - 1));
        var bound = Decide(Of(Rules with { ExistingCustomers = false }), lead, Fact(FactKind.Sale, "b", Now + 1, Code(2, Now + 1)))[1];
        Assert.Equal((1, "bound"), (Winner(bound), bound.Candidates[1].Lost));

        var programs = Of(Rules with { NewCustomersOnly = true });
        Assert.Equal("existing_customer", Attributor.Decide(new CustomerHistory(Now - 1, [lead], []), programs)[0].Candidates[0].Lost);
        Assert.Equal(1, Winner(Attributor.Decide(new CustomerHistory(Now, [lead], []), programs)[0]));
        Assert.Null(Winner(Decide(programs, Fact(FactKind.Sale, "0", Now - 5), lead)[1]));
        Assert.Equal([1, 1L], Decide(programs, Fact(FactKind.Sale, "0", Now), lead).Select(one => Winner(one)!.Value));
    }

    [Fact]
    public void A_click_during_the_checkout_is_injected_also_when_a_lead_hands_it_on()
    {
        var sale = Fact(FactKind.Sale, "s", Now) with { CheckoutStartedAtMs = Now - 10 };
        Assert.Equal("injected", Decide(Of(Rules), sale with { Evidence = [Click(1, Now - 10)] })[0].Candidates[0].Lost);
        Assert.Equal(1, Winner(Decide(Of(Rules), sale with { Evidence = [Click(1, Now - 11)] })[0]));
        Assert.Equal("injected", Decide(Of(Rules), Fact(FactKind.Lead, "l", Now - 1, Click(1, Now - 2)), sale)[1].Candidates[0].Lost);
        Assert.Null(Winner(Decide(Of(Rules), Fact(FactKind.Lead, "l", Now + 1, Click(1, Now - 2)), sale)[0]));
    }

    [Fact]
    public void The_program_is_the_one_that_was_named_or_that_of_the_strongest_evidence()
    {
        var programs = Of(Rules, Rules);
        var lead = Fact(FactKind.Lead, "a", Now, Click(1, Now - 1));
        var sale = Fact(FactKind.Sale, "b", Now + 1, Code(2, Now + 1, program: 2));
        var decision = Decide(programs, lead, sale)[1];
        Assert.Equal((2L, 2L), (decision.ProgramId!.Value, Winner(decision)!.Value));
        Assert.Equal("other_program", decision.Candidates[1].Lost);

        var named = Decide(programs, lead, sale with { ProgramId = 1 })[1];
        Assert.Equal((1L, 1L), (named.ProgramId!.Value, Winner(named)!.Value));
        Assert.Equal("other_program", named.Candidates[1].Lost);
        Assert.Null(Decide(programs, lead, Fact(FactKind.Sale, "b", Now + 1) with { ProgramId = 2 })[1].ProgramId);
    }

    [Fact]
    public void Each_program_hands_on_its_own_newest_lead()
    {
        Fact[] facts =
        [
            Fact(FactKind.Lead, "a", Now, Code(1, Now, program: 2)),
            Fact(FactKind.Lead, "b", Now + 1, Code(2, Now + 1, program: 1)),
            Fact(FactKind.Sale, "c", Now + 2),
            Fact(FactKind.Sale, "d", Now + 3) with { ProgramId = 2 },
        ];
        Assert.Equal([1, 2, 2, 1L], Decide(Of(Rules, Rules), facts).Select(one => Winner(one)!.Value));
    }

    [Fact]
    public void The_rules_are_those_of_the_day_on_which_it_happened()
    {
        var programs = Of([[(0, Rules), (Now, Rules with { Model = "first" })]]);
        Touch[] clicks = [Click(1, Now - 5), Click(2, Now - 4)];
        Assert.Equal((2, 1), (Winner(Decide(programs, Fact(FactKind.Sale, "s", Now - 1, clicks))[0]), Decide(programs, Fact(FactKind.Sale, "s", Now - 1, clicks))[0].RuleVersion));
        Assert.Equal((1, 2), (Winner(Decide(programs, Fact(FactKind.Sale, "s", Now, clicks))[0]), Decide(programs, Fact(FactKind.Sale, "s", Now, clicks))[0].RuleVersion));
    }

    [Fact]
    public void Only_the_newest_touches_share()
    {
        var decision = Sale(Rules with { Model = "linear", MaxTouches = 2 }, Click(1, Now - 3), Click(2, Now - 2), Click(3, Now - 1));
        Assert.Equal([2L, 3L], Links(decision));
        Assert.Equal("too_many", decision.Candidates[^1].Lost);
    }

    [Fact]
    public void What_has_no_part_by_the_model_was_beaten()
    {
        foreach (var rules in new[] { Rules, Rules with { Model = "position", FirstPercent = 0, LastPercent = 100 }, Rules with { Model = "time_decay", HalfLifeDays = 1 } })
        {
            var decision = Sale(rules, Click(1, Now - (60 * Day)), Click(2, Now));
            Assert.Equal([2L], Links(decision));
            Assert.Equal("beaten", decision.Candidates[1].Lost);
        }
    }

    [Theory]
    [InlineData(90 * Day, null)]
    [InlineData((90 * Day) - 1, 1L)]
    public void A_sale_before_its_lead_waits_for_it_so_many_days(long ahead, long? link)
    {
        var sale = Fact(FactKind.Sale, "s", Now - ahead);
        var lead = Fact(FactKind.Lead, "lead", Now, Code(1, Now));
        var decision = Decide(Of(Rules), sale, lead)[0];
        Assert.Equal(link, Winner(decision));
        Assert.Null(Winner(Decide(Of(Rules with { PendingDays = 0 }), sale with { OccurredAtMs = Now - 1 }, lead)[0]));
        Assert.Null(Winner(Decide(Of(Rules), sale with { OccurredAtMs = Now - 1, LeadEventName = "other" }, lead)[0]));
        Assert.Equal(1, Winner(Decide(Of(Rules), sale with { OccurredAtMs = Now - 1, LeadEventName = "lead" }, lead)[0]));
        Assert.Null(Winner(Decide(Of(Rules, Rules), sale with { OccurredAtMs = Now - 1, ProgramId = 2 }, lead)[0]));
        Assert.Null(Winner(Decide(Of(Rules with { Precedence = ["code"] }), sale with { OccurredAtMs = Now - 1 }, lead)[0]));
    }

    [Fact]
    public void Of_what_lost_only_so_much_is_kept()
    {
        var decision = Sale(Rules, [.. Enumerable.Range(1, 80).Select(i => Click(i, Now - i))]);
        Assert.Equal((51, 1L), (decision.Candidates.Count, Winner(decision)));
    }

    private static Decision Sale(AttributionRules rules, params Touch[] evidence) => Decide(Of(rules), Fact(FactKind.Sale, "sale", Now, evidence))[0];

    private static Decision Named(AttributionRules rules, long atMs, Touch contact) =>
        Attributor.Decide(new CustomerHistory(null, [Fact(FactKind.Sale, "sale", atMs)], [contact]), Of(rules))[0];

    private static long? Winner(Decision decision) => decision.Credits.Count == 0 ? null : Assert.Single(decision.Credits).Touch.LinkId;

    private static IEnumerable<long> Links(Decision decision) => decision.Credits.Select(credit => credit.Touch.LinkId!.Value);
}
