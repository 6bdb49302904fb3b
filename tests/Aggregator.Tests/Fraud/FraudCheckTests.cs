using LinkTracker.Aggregator.Api;
using LinkTracker.Aggregator.Counting;
using LinkTracker.Aggregator.Fraud;
using LinkTracker.Aggregator.Fraud.Reading;
using LinkTracker.Aggregator.Ledger;
using LinkTracker.Aggregator.Programs;
using LinkTracker.Aggregator.Storage;
using LinkTracker.Aggregator.Tests.Engines;
using LinkTracker.ServiceDefaults;

namespace LinkTracker.Aggregator.Tests.Fraud;

public abstract class FraudCheckTests : EngineTests
{
    [EngineFact]
    public async Task What_is_honest_is_checked_and_goes_its_way()
    {
        using var rig = await OpenAsync();
        var lead = rig.Lead(rig.Partner("ana"), "bob@shop.example", FraudRig.Noon, visitor: 1);
        await rig.CheckAsync();
        Assert.True(Assert.Single(rig.Commissions(lead)).IsChecked);
        Assert.Empty(rig.Items());
        Assert.Equal("pending", rig.StateOf(lead));
    }

    [EngineFact]
    public async Task Who_refers_themselves_is_held_flagged_or_rejected_as_the_program_says()
    {
        foreach (var (mode, state) in new[] { ("hold", "held"), ("flag", "pending"), ("reject", "pending fraud"), ("shadow", "pending"), ("off", "pending") })
        {
            using var rig = await OpenAsync();
            rig.Rules(new() { ["self_referral"] = new FraudRule(mode) });
            var lead = rig.Lead(rig.Partner("ana", "ana.lopez@gmail.com"), "AnaLopez+shop@googlemail.com", FraudRig.Noon);
            await rig.CheckAsync();
            Assert.Equal((mode, state), (mode, rig.StateOf(lead)));
            Assert.Equal(mode == "off" ? [] : [mode], rig.Items().Select(item => item.Mode));
            Assert.Equal(mode == "shadow", rig.Cases().Any(one => one.IsShadow));
        }
    }

    [EngineFact]
    public async Task A_conversion_is_judged_by_the_rules_of_its_time()
    {
        using var rig = await OpenAsync();
        rig.Rules(new() { ["self_referral"] = new FraudRule("off") }, FraudRig.Noon.AddHours(-1));
        rig.Rules(new() { ["self_referral"] = new FraudRule("hold") }, FraudRig.Noon);
        var partner = rig.Partner("ana");
        var before = rig.Lead(partner, "ana+1@partners.example", FraudRig.Noon.AddMilliseconds(-1));
        var after = rig.Lead(partner, "ana+2@partners.example", FraudRig.Noon);
        await rig.CheckAsync();
        Assert.Equal(("pending", "held"), (rig.StateOf(before), rig.StateOf(after)));
    }

    [EngineFact]
    public async Task A_rule_in_shadow_changes_no_row_of_the_ledger()
    {
        using var rig = await OpenAsync();
        rig.Rules(new() { ["self_referral"] = new FraudRule("shadow"), ["velocity"] = new FraudRule("shadow", 2), ["too_fast"] = new FraudRule("shadow", 60) });
        var partner = rig.Partner("ana");
        for (var i = 0; i < 5; i++)
        {
            rig.Lead(partner, $"ana+{i}@partners.example", FraudRig.Noon.AddMinutes(i), visitor: (ulong)i, delay: TimeSpan.FromSeconds(1));
        }

        var before = rig.Ledger();
        await rig.CheckAsync();
        Assert.Equal(15, rig.Items().Count);
        Assert.All(rig.Cases(), one => Assert.True(one.IsShadow));
        rig.Resolve(rig.Cases()[0].Id, "confirmed");
        rig.Resolve(rig.Cases()[1].Id, "dismissed");
        Assert.Equal(before, rig.Ledger());
    }

    [EngineFact]
    public async Task One_lead_too_many_stops_those_before_it_too()
    {
        using var rig = await OpenAsync();
        rig.Rules(new() { ["velocity"] = new FraudRule("hold", 3, 30) });
        var partner = rig.Partner("ana");
        var leads = Enumerable.Range(0, 3).Select(i => rig.Lead(partner, $"c{i}@mail.example", FraudRig.Noon.AddMinutes(i))).ToList();
        var sale = rig.Sale(partner, "c0@mail.example", FraudRig.Noon.AddMinutes(40));
        await rig.CheckAsync();
        Assert.Empty(rig.Items());

        leads.Add(rig.Lead(partner, "c3@mail.example", FraudRig.Noon.AddMinutes(29)));
        await rig.CheckAsync();
        Assert.All(leads.Append(sale), one => Assert.Equal("held", rig.StateOf(one)));
        Assert.Single(rig.Cases());
    }

    [EngineFact]
    public async Task What_a_person_found_harmless_is_not_held_again_with_every_renewal()
    {
        using var rig = await OpenAsync();
        rig.Rules(new() { ["too_fast"] = new FraudRule("hold", 60) });
        var partner = rig.Partner("ana");
        rig.Lead(partner, "c@mail.example", FraudRig.Noon, visitor: 1, delay: TimeSpan.FromSeconds(1));
        await rig.CheckAsync();
        rig.Resolve(Assert.Single(rig.Cases()).Id, "dismissed");

        var renewal = rig.Sale(partner, "c@mail.example", FraudRig.Noon.AddMinutes(30));
        await rig.CheckAsync();
        Assert.Equal("pending", rig.StateOf(renewal));
        Assert.Single(rig.Items());

        // The same of another customer is another matter.
        var other = rig.Lead(partner, "d@mail.example", FraudRig.Noon, visitor: 2, delay: TimeSpan.FromSeconds(1));
        await rig.CheckAsync();
        Assert.Equal("held", rig.StateOf(other));
        Assert.Equal(2, rig.Items().Count);
    }

    [EngineFact]
    public async Task Checking_again_says_and_holds_nothing_again()
    {
        using var rig = await OpenAsync();
        var lead = rig.Lead(rig.Partner("ana"), "ana@partners.example", FraudRig.Noon);
        await rig.CheckAsync();
        var ledger = rig.Ledger();
        rig.Database.Write(session => session.Execute("UPDATE commissions SET is_checked = 0"));
        await rig.CheckAsync();
        Assert.Equal(ledger, rig.Ledger());
        Assert.Single(rig.Items());
        Assert.Equal("held", rig.StateOf(lead));
    }

    [EngineFact]
    public async Task A_reward_that_comes_later_for_the_same_conversion_is_held_by_the_case_that_is_there()
    {
        using var rig = await OpenAsync();
        var lead = rig.Lead(rig.Partner("ana"), "ana@partners.example", FraudRig.Noon);
        await rig.CheckAsync();
        rig.Database.Write(session => session.Execute(
            """
            INSERT INTO commissions (id, program_id, rule_version, reward_id, side, type, unit, partner_id, customer_id, conversion_id, link_id, order_key, basis, quantity, due, earnings, granted,
                state, is_checked, is_test, occurred_at, available_at, version, created_at, updated_at)
            SELECT id + 1, program_id, rule_version, 'late', side, type, unit, partner_id, customer_id, conversion_id, link_id, order_key, basis, quantity, 0, 0, 0,
                'pending', 0, is_test, occurred_at, available_at, version, created_at, updated_at FROM commissions WHERE conversion_id = @lead
            """,
            new { lead }));
        await rig.CheckAsync();
        Assert.All(rig.Commissions(lead), one => Assert.Equal("held", one.State));
    }

    [EngineFact]
    public async Task The_referrers_own_device_holds_and_an_office_does_nothing()
    {
        using var rig = await OpenAsync();
        var (ana, ben) = (rig.Partner("ana"), rig.Partner("ben"));
        rig.Lead(ben, "ana@partners.example", FraudRig.Noon, visitor: 7);
        var own = rig.Lead(ana, "someone@mail.example", FraudRig.Noon.AddHours(1), visitor: 7);
        var nextDay = rig.Lead(ana, "another@mail.example", FraudRig.Noon.AddDays(1), visitor: 7);
        var office = Enumerable.Range(0, 20).Select(i => rig.Lead(ben, $"clerk{i}@mail.example", FraudRig.Noon.AddMinutes(40 * i), visitor: 8)).ToList();
        await rig.CheckAsync();
        Assert.Equal(("held", "pending"), (rig.StateOf(own), rig.StateOf(nextDay)));
        Assert.All(office, one => Assert.Equal("pending", rig.StateOf(one)));
        Assert.Equal([own], rig.Items("same_device").Select(item => item.ConversionId));
    }

    [EngineFact]
    public async Task A_click_that_is_not_counted_yet_is_waited_for_ten_minutes()
    {
        using var rig = await OpenAsync();
        var (ana, ben) = (rig.Partner("ana"), rig.Partner("ben"));
        rig.Lead(ben, "ana@partners.example", FraudRig.Noon, visitor: 7);
        var seen = rig.Lead(ana, "a@mail.example", FraudRig.Noon, visitor: 7, counted: false);
        await rig.CheckAsync();
        Assert.False(rig.Commissions(seen)[0].IsChecked);
        rig.Later.ForEach(count => count());
        rig.Clock.Now += TimeSpan.FromSeconds(5);
        await rig.CheckAsync();
        Assert.Equal("held", rig.StateOf(seen));

        var lost = rig.Lead(ana, "b@mail.example", FraudRig.Noon, visitor: 9, counted: false);
        rig.Clock.Now += TimeSpan.FromMinutes(10) - TimeSpan.FromMilliseconds(1);
        await rig.CheckAsync();
        Assert.False(rig.Commissions(lost)[0].IsChecked);
        rig.Clock.Now += TimeSpan.FromSeconds(5);
        await rig.CheckAsync();
        Assert.True(rig.Commissions(lost)[0].IsChecked);
    }

    [EngineFact]
    public async Task Who_waits_for_a_click_is_not_read_again_with_every_new_commission()
    {
        using var rig = await OpenAsync();
        var (ana, scans) = (rig.Partner("ana"), 0);
        rig.Clicks.OnScan = () => scans++;
        var waiting = rig.Lead(ana, "a@mail.example", FraudRig.Noon, visitor: 7, counted: false);
        await rig.CheckAsync();
        for (var i = 0; i < 3; i++)
        {
            var typed = rig.Lead(ana, $"b{i}@mail.example", FraudRig.Noon);
            await rig.CheckAsync();
            Assert.True(rig.Commissions(typed)[0].IsChecked);
        }

        Assert.Equal(1, scans);
        rig.Later.ForEach(count => count());
        rig.Clock.Now += TimeSpan.FromSeconds(5);
        await rig.CheckAsync();
        Assert.True(rig.Commissions(waiting)[0].IsChecked);
        Assert.Equal(2, scans);
    }

    [EngineFact]
    public async Task While_clicks_cannot_be_read_nothing_is_checked()
    {
        using var rig = await OpenAsync();
        var lead = rig.Lead(rig.Partner("ana"), "a@mail.example", FraudRig.Noon, visitor: 1);
        rig.Clicks.IsAway = true;
        await Assert.ThrowsAsync<CountsException>(rig.CheckAsync);
        Assert.False(rig.Commissions(lead)[0].IsChecked);
        rig.Clicks.IsAway = false;
        await rig.CheckAsync();
        Assert.True(rig.Commissions(lead)[0].IsChecked);
    }

    [EngineFact]
    public async Task What_was_checked_without_a_list_is_checked_again_when_it_is_there()
    {
        var folder = Directory.CreateTempSubdirectory("lists-");
        var file = Path.Combine(folder.FullName, "domains");
        using var rig = await OpenAsync(new Settings { DisposableDomains = file });
        var lead = rig.Lead(rig.Partner("ana"), "x@sub.throwaway.example", FraudRig.Noon);
        await rig.CheckAsync();
        Assert.Equal("pending", rig.StateOf(lead));
        Assert.True(rig.Commissions(lead)[0].IsChecked);
        await rig.Check.RepeatAsync(CancellationToken.None);
        Assert.True(rig.Commissions(lead)[0].IsChecked);

        await File.WriteAllTextAsync(file, "# mailboxes of minutes\nthrowaway.example\n");
        rig.Clock.Now += TimeSpan.FromMinutes(1);
        await rig.Check.RepeatAsync(CancellationToken.None);
        Assert.False(rig.Commissions(lead)[0].IsChecked);
        await rig.CheckAsync();
        Assert.Equal("held", rig.StateOf(lead));
        folder.Delete(recursive: true);
    }

    [EngineFact]
    public async Task Figures_that_stand_out_are_found_in_what_was_checked_long_ago()
    {
        using var rig = await OpenAsync();
        rig.Rules(new() { ["refund_ring"] = new FraudRule("hold") });
        var (ring, honest) = (rig.Partner("ring"), rig.Partner("honest"));
        var sold = new List<long>();
        for (var i = 0; i < 40; i++)
        {
            sold.Add(rig.Sale(ring, $"r{i}@mail.example", FraudRig.Noon.AddMinutes(i), refunded: i % 2 == 0 ? 2_500 : 0));
        }

        for (var i = 0; i < 120; i++)
        {
            rig.Sale(honest, $"h{i}@mail.example", FraudRig.Noon.AddMinutes(i), refunded: i % 30 == 0 ? 2_500 : 0);
        }

        await rig.CheckAsync();
        Assert.Empty(rig.Items());
        await rig.Check.SweepAsync(CancellationToken.None);
        Assert.All(sold, one => Assert.Equal("held", rig.StateOf(one)));
        Assert.All(rig.Items(), item => Assert.Equal((ring, "refund_ring"), (item.PartnerId, item.Rule)));
        Assert.Contains("20 of 40 (50.0 %)", rig.Items()[0].Evidence, StringComparison.Ordinal);
    }

    [EngineTheory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_code_that_many_type_who_never_clicked_shows_on_what_was_typed(bool clickedBefore)
    {
        using var rig = await OpenAsync();
        var (leaked, honest) = (rig.Partner("leaked"), rig.Partner("honest"));
        var typed = new List<long>();
        for (var i = 0; i < 40; i++)
        {
            var lead = rig.Lead(leaked, $"l{i}@mail.example", FraudRig.Noon.AddMinutes(i), visitor: i < 10 ? (ulong)i + 1 : null);
            typed.AddRange(i < 10 ? [] : [lead]);
        }

        for (var i = 0; i < 120; i++)
        {
            rig.Lead(honest, $"h{i}@mail.example", FraudRig.Noon.AddMinutes(i - 60), visitor: i < 115 ? (ulong)i + 100 : null);
        }

        if (clickedBefore)
        {
            rig.Database.Write(session => session.Execute(
                """
                INSERT INTO touches (conversion_id, position, customer_id, method, link_id, partner_id, occurred_at)
                SELECT id, 0, customer_id, 'click', link_id, partner_id, occurred_at - 1 FROM conversions
                """));
        }

        await rig.Check.SweepAsync(CancellationToken.None);
        await rig.CheckAsync();
        await rig.Check.SweepAsync(CancellationToken.None);
        var items = rig.Items("code_leak");
        Assert.Equal(clickedBefore ? [] : typed, items.Select(item => item.ConversionId));
        Assert.All(items, item => Assert.Equal((leaked, "shadow"), (item.PartnerId, item.Mode)));
        Assert.All(items, item => Assert.Contains("30 of 40 (75.0 %)", item.Evidence, StringComparison.Ordinal));
        Assert.All(typed, one => Assert.Equal("pending", rig.StateOf(one)));
    }

    [EngineFact]
    public async Task Hashes_are_forgotten_when_their_day_is_over()
    {
        using var rig = await OpenAsync();
        var lead = rig.Lead(rig.Partner("ana"), "a@mail.example", FraudRig.Noon, visitor: 1);
        var today = UtcBuckets.Day(FraudRig.Noon.ToUnixTimeMilliseconds());
        rig.Database.Write(session => session.Execute("INSERT INTO conversion_signals (conversion_id, day, address_hash, is_datacentre) VALUES (@lead, @today, 5, 1)", new { lead, today }));
        await rig.CheckAsync();
        rig.Clock.Now = FraudRig.Noon.AddDays(1);
        await rig.Check.SweepAsync(CancellationToken.None);
        Assert.Equal((1, 1), Left());
        rig.Clock.Now = FraudRig.Noon.AddDays(2);
        await rig.Check.SweepAsync(CancellationToken.None);
        Assert.Equal((0, 1), Left());
        rig.Clock.Now = FraudRig.Noon.AddDays(92);
        await rig.Check.SweepAsync(CancellationToken.None);
        Assert.Equal((0, 0), Left());

        (int, int) Left() => rig.Database.Read(session => (
            session.First<int>("SELECT COUNT(*) FROM conversion_signals WHERE address_hash IS NOT NULL"), session.First<int>("SELECT COUNT(*) FROM conversion_clicks")));
    }

    [EngineFact]
    public async Task A_click_from_a_coupon_site_shows_although_a_typed_code_was_credited()
    {
        var folder = Directory.CreateTempSubdirectory("lists-");
        var file = Path.Combine(folder.FullName, "sites");
        await File.WriteAllTextAsync(file, "coupons.example");
        using var rig = await OpenAsync(new Settings { CouponSites = file });
        var ana = rig.Partner("ana");
        var typed = rig.Lead(ana, "a@mail.example", FraudRig.Noon);
        var token = rig.Click(ana, FraudRig.Noon.AddMinutes(-3), 1, "https://www.coupons.example");
        rig.Database.Write(session => session.Execute(
            """
            INSERT INTO touches (conversion_id, position, customer_id, method, click_token, occurred_at)
            SELECT id, 0, customer_id, 'click', @token, occurred_at FROM conversions WHERE id = @typed
            """,
            new { typed, token }));
        var clicked = rig.Lead(ana, "b@mail.example", FraudRig.Noon, visitor: 2, referrer: "https://coupons.example");
        rig.Lead(ana, "c@mail.example", FraudRig.Noon, visitor: 3, referrer: "https://notcoupons.example");
        await rig.CheckAsync();
        Assert.Equal([typed, clicked], rig.Items("coupon_site").Select(item => item.ConversionId).Order());
        folder.Delete(recursive: true);
    }

    [EngineFact]
    public async Task What_was_checked_is_judged_again_by_what_is_told_later_of_its_customer()
    {
        using var rig = await OpenAsync();
        var ana = rig.Partner("ana");
        var (sale, other) = (rig.Sale(ana, "c@mail.example", FraudRig.Noon), rig.Sale(ana, "d@mail.example", FraudRig.Noon));
        await rig.CheckAsync();
        Assert.Equal("pending", rig.StateOf(sale));

        rig.Database.Write(session => session.Execute("UPDATE customers SET email = 'ana@partners.example' WHERE email = 'c@mail.example'"));
        rig.Lead(ana, "c@mail.example", FraudRig.Noon.AddMinutes(5));
        Assert.Equal((false, true), (rig.Commissions(sale)[0].IsChecked, rig.Commissions(other)[0].IsChecked));
        await rig.CheckAsync();
        Assert.Equal(("held", "pending"), (rig.StateOf(sale), rig.StateOf(other)));
    }

    [EngineFact]
    public async Task What_changes_while_it_is_judged_is_judged_again()
    {
        using var rig = await OpenAsync();
        var lead = rig.Lead(rig.Partner("ana"), "a@mail.example", FraudRig.Noon, visitor: 1);
        rig.Clicks.OnScan = () => rig.Database.Write(session => session.Execute("UPDATE commissions SET version = version + 1"));
        await rig.CheckAsync();
        Assert.False(rig.Commissions(lead)[0].IsChecked);
        rig.Clicks.OnScan = null;
        await rig.CheckAsync();
        Assert.True(rig.Commissions(lead)[0].IsChecked);
    }

    [EngineFact]
    public async Task What_could_not_be_held_because_it_was_paid_is_held_when_the_payment_fails()
    {
        using var rig = await OpenAsync();
        var ana = rig.Partner("ana");
        var lead = rig.Lead(ana, "ana@partners.example", FraudRig.Noon);
        rig.Database.Write(session => session.Execute("UPDATE commissions SET state = 'paid', payout_id = 1"));
        await rig.CheckAsync();
        Assert.Equal(("paid", 0L), (rig.StateOf(lead), rig.Database.Read(session => session.First<long>("SELECT COUNT(*) FROM fraud_holds"))));

        var paid = rig.Commissions(lead)[0];
        rig.Database.Write(session =>
        {
            var books = rig.Get<LedgerBooks>().Open(session);
            books.Fail(new PayoutRow { Id = 1, ProgramId = paid.ProgramId, PartnerId = ana, Unit = paid.Unit, Amount = paid.Earnings }, rig.Clock.Ms);
            return books.Save();
        });
        Assert.False(rig.Commissions(lead)[0].IsChecked);
        await rig.CheckAsync();
        Assert.Equal("held", rig.StateOf(lead));
    }

    [EngineFact]
    public async Task Twenty_thousand_leads_of_a_day_are_read_a_few_times_each()
    {
        const int Leads = 20_000, AtOnce = 500, ApartMs = 4_320;
        using var rig = await OpenAsync();
        var ana = rig.Partner("ana");
        var first = rig.Lead(ana, "a@mail.example", FraudRig.Noon);
        rig.Database.Write(session => session.Execute(
            """
            WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < @Last)
            INSERT INTO conversions (id, kind, business_key, customer_id, link_id, partner_id, method, decision, event_name, occurred_at, received_at, quantity, answer, request_hash,
                conflicts, enriched, program_id, rule_version)
            SELECT c.id + n.i, c.kind, c.business_key || '-' || n.i, c.customer_id, c.link_id, c.partner_id, c.method, '', 'x', c.occurred_at + (n.i * @ApartMs), c.received_at, 1, '', '',
                0, 1, c.program_id, 1
            FROM n CROSS JOIN conversions c WHERE c.id = @first
            """,
            new { first, Last = Leads - 1, ApartMs }));

        var inOrder = Enumerable.Range(0, Leads).Chunk(AtOnce).Select(Read).ToList();
        Assert.All(inOrder, read => Assert.InRange(read, AtOnce, AtOnce + (2 * 30 * 60_000 / ApartMs) + 2));
        Assert.InRange(inOrder.Sum(), Leads, 3 * Leads);

        var scattered = Enumerable.Range(0, 2).Select(batch => Read([.. Enumerable.Range(0, AtOnce).Select(i => ((batch * AtOnce) + i) * 7_919 % Leads)]));
        Assert.All(scattered, read => Assert.InRange(read, AtOnce, Leads));

        int Read(int[] leads) => rig.Database.Read(session => LeadReader.Around(session, [.. leads.Select(i => SuspectOf(rig, ana, first + i, i * (long)ApartMs))], _ => 30).Count);
    }

    [EngineFact]
    public async Task Neighbours_of_whom_it_was_said_are_not_looked_at_again()
    {
        using var rig = await OpenAsync();
        rig.Rules(new() { ["velocity"] = new FraudRule("flag", 1, 30) });
        var ana = rig.Partner("ana");
        var leads = new[] { rig.Lead(ana, "a@mail.example", FraudRig.Noon), rig.Lead(ana, "b@mail.example", FraudRig.Noon.AddMinutes(1)) };
        Assert.Equal(leads.Order(), Around());
        await rig.CheckAsync();
        Assert.Equal(2, rig.Items("velocity").Count);
        Assert.Empty(Around());

        long[] Around() => rig.Database.Read(session => NeighbourhoodReader.ConversionsAround(session, [SuspectOf(rig, ana, leads[0], 0)], _ => 30).Order().ToArray());
    }

    [EngineFact]
    public async Task Lists_that_are_not_set_any_more_are_not_waited_for()
    {
        using var rig = await OpenAsync();
        var lead = rig.Lead(rig.Partner("ana"), "a@mail.example", FraudRig.Noon);
        rig.Database.Write(session => session.Execute("INSERT INTO fraud_skips (rule, commission_id) SELECT 'disposable_email', id FROM commissions WHERE conversion_id = @lead", new { lead }));
        await rig.Check.RepeatAsync(CancellationToken.None);
        Assert.Equal(0, rig.Database.Read(session => session.First<long>("SELECT COUNT(*) FROM fraud_skips")));
    }

    [EngineFact]
    public async Task A_payout_that_failed_is_not_paid_again_before_the_rules_have_looked_at_it()
    {
        using var rig = await OpenAsync();
        rig.Rules(new() { ["velocity"] = new FraudRule("hold", 1, 30) });
        var ana = rig.Partner("ana");
        var leads = new[] { rig.Lead(ana, "a@mail.example", FraudRig.Noon) };
        await ReleaseAsync(rig);
        var payout = Assert.Single(Pay(rig));

        // Found while it was under way: what is paid cannot be held.
        leads = [.. leads, rig.Lead(ana, "b@mail.example", FraudRig.Noon.AddMinutes(1))];
        await rig.CheckAsync();
        Assert.Equal(["paid", "held"], leads.Select(rig.StateOf));
        rig.Database.Write(session =>
        {
            rig.Get<PayoutStore>().Fail(session, payout.Id, "no such account");
            return 0;
        });
        Assert.Contains("fraud rules look once more at rewards of 1", Assert.Throws<ApiError>(() => Pay(rig)).Message, StringComparison.Ordinal);
        await rig.CheckAsync();
        Assert.Equal(["held", "held"], leads.Select(rig.StateOf));
        Assert.DoesNotContain("fraud rules", Assert.Throws<ApiError>(() => Pay(rig)).Message, StringComparison.Ordinal);
    }

    [EngineFact]
    public async Task Of_a_referrer_is_paid_what_was_checked_and_the_rest_with_the_next()
    {
        using var rig = await OpenAsync();
        var ana = rig.Partner("ana");
        var (one, other) = (rig.Lead(ana, "a@mail.example", FraudRig.Noon), rig.Lead(ana, "b@mail.example", FraudRig.Noon.AddMinutes(50)));
        await ReleaseAsync(rig);
        rig.Lead(ana, "a@mail.example", FraudRig.Noon.AddMinutes(100));
        Assert.Equal(FraudRig.Flat, Assert.Single(Pay(rig)).Amount);
        Assert.Equal(("payable", "paid"), (rig.StateOf(one), rig.StateOf(other)));
        await rig.CheckAsync();
        Assert.Equal(FraudRig.Flat, Assert.Single(Pay(rig)).Amount);
        Assert.Equal(("paid", "paid"), (rig.StateOf(one), rig.StateOf(other)));
    }

    private static async Task ReleaseAsync(FraudRig rig)
    {
        await rig.CheckAsync();
        rig.Clock.Now += TimeSpan.FromDays(31);
        while (await rig.Get<RewardRelease>().ReleaseAsync(CancellationToken.None) > 0)
        {
        }
    }

    private static IReadOnlyList<PayoutRow> Pay(FraudRig rig) => rig.Database.Write(session =>
    {
        var (batch, _) = rig.Get<PayoutStore>().CreateBatch(session, rig.Program.Id, "usd", null);
        return session.Query<PayoutRow>("SELECT * FROM payouts WHERE batch_id = @batch", new { batch });
    });

    private static Suspect SuspectOf(FraudRig rig, long partner, long lead, long sinceNoonMs) => new()
    {
        ConversionId = lead,
        PartnerId = partner,
        ProgramId = rig.Program.Id,
        OccurredAtMs = FraudRig.Noon.ToUnixTimeMilliseconds() + sinceNoonMs,
        LedAtMs = FraudRig.Noon.ToUnixTimeMilliseconds() + sinceNoonMs,
        Customer = new Person(1, null, null),
        Partner = new Person(partner, null, null),
    };

    private async Task<FraudRig> OpenAsync(Settings? settings = null) => new(await OpenDatabaseAsync(), settings);
}

public sealed class FraudCheckTestsOnSqlite : FraudCheckTests;

[OnPostgres]
public sealed class FraudCheckTestsOnPostgres : FraudCheckTests;
