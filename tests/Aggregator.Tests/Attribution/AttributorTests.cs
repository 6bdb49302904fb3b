using FsCheck;
using FsCheck.Fluent;
using LinkTracker.Aggregator.Attribution;

namespace LinkTracker.Aggregator.Tests.Attribution;

public class AttributorTests
{
    private const long Now = 1_000_000;
    private const long Window = 1_000;

    [Theory]
    [InlineData(Now, true)]
    [InlineData(Now - Window + 1, true)]
    [InlineData(Now - Window, false)]
    [InlineData(Now + 1, false)]
    public void The_window_holds_from_the_click_until_just_before_its_end(long clickedAt, bool isCredited) =>
        Assert.Equal(isCredited, Decide(Click(1, clickedAt)).Winner is not null);

    [Fact]
    public void The_last_click_inside_the_window_wins_and_the_others_say_why_they_lost()
    {
        var decision = Decide(Click(1, Now - 10), Click(2, Now - 5), Click(3, Now - Window), Click(4, Now + 1));
        Assert.Equal(2, decision.Winner!.LinkId);
        Assert.Equal(
            [(4L, "after_conversion"), (2L, null), (1L, "beaten"), (3L, "window_over")],
            decision.Candidates.Select(candidate => (candidate.Touch.LinkId!.Value, candidate.Lost)));
    }

    [Fact]
    public void A_code_beats_a_click_a_click_beats_an_earlier_lead_and_that_the_link_of_the_customer()
    {
        var (code, click, lead) = (new Touch(Method.Code, 1, null, null, Now), Click(2, Now - 1), new Touch(Method.Lead, 3, null, null, Now - (10 * Window)));
        var customer = lead with { Method = Method.Customer, AtMs = Now };
        Assert.Equal(lead, Decide(customer, lead).Winner);
        Assert.Equal(customer, Decide(customer, click with { AtMs = 0 }).Winner);
        Assert.Equal(code, Decide(lead, click, code).Winner);
        Assert.Equal(click, Decide(lead, click, code with { Refusal = "unknown_code" }).Winner);
        Assert.Equal(lead, Decide(lead, click with { AtMs = 0 }).Winner);
        Assert.Null(Decide().Winner);
    }

    [Fact]
    public void The_decision_is_the_same_in_every_order_and_credits_only_what_may_count()
    {
        var touch =
            from method in Gen.Elements(Method.Code, Method.Click, Method.Lead, Method.Customer)
            from link in Gen.Choose(1, 4)
            from age in Gen.Choose(-20, (int)Window + 20)
            from refused in Gen.Elements(null, null, null, "unknown_code")
            select new Touch(method, link, null, "t" + link, Now - age, refused);
        var cases = from touches in touch.ArrayOf() from shuffled in Gen.Shuffle(touches) select (touches, shuffled);
        Prop.ForAll(cases.ToArbitrary(), pair =>
        {
            var (one, other) = (Decide(pair.touches), Decide(pair.shuffled));
            var eligible = pair.touches.Where(t => t.Refusal is null && (t.Method != Method.Click || (t.AtMs <= Now && Now - t.AtMs < Window))).ToList();
            return one.Winner == other.Winner
                && one.Candidates.SequenceEqual(other.Candidates)
                && one.Candidates.Count == pair.touches.Length
                && one.Candidates.Count(candidate => candidate.Lost is null) == (eligible.Count == 0 ? 0 : 1)
                && (one.Winner is null) == (eligible.Count == 0)
                && (one.Winner is null || (one.Winner.Method == eligible.Min(t => t.Method) && eligible.Where(t => t.Method == one.Winner.Method).Max(t => t.AtMs) == one.Winner.AtMs));
        }).QuickCheckThrowOnFailure();
    }

    private static Decision Decide(params Touch[] touches) => Attributor.Decide(touches, Now, Window);

    private static Touch Click(long link, long atMs) => new(Method.Click, link, null, "t" + link, atMs);
}
