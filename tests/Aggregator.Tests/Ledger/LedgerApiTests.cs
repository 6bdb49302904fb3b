using System.Text.Json;
using LinkTracker.Aggregator.Ledger;
using LinkTracker.Aggregator.Programs;
using LinkTracker.Aggregator.Storage;
using LinkTracker.Aggregator.Tests.Api;
using LinkTracker.Aggregator.Tests.Attribution;
using LinkTracker.Aggregator.Tests.Engines;
using LinkTracker.Aggregator.Webhooks;

namespace LinkTracker.Aggregator.Tests.Ledger;

public abstract class LedgerApiTests : EngineTests
{
    private static readonly RewardRule Tenth = new() { Id = "sales", BasisPoints = 1_000 };

    [EngineFact]
    public async Task A_commission_is_pending_then_processed_then_paid()
    {
        await using var server = await StartAsync();
        var shop = Shop(server, Tenth);
        var ana = await shop.PartnerAsync("Ana");
        shop.Sale(ana, "c", 10_000);
        Assert.Equal(["pending 1000"], await shop.StatusesAsync());
        Assert.Contains("nothing to pay", (await server.PostAsync("/payouts", new { })).Refused(409, "conflict"), StringComparison.Ordinal);

        await shop.ReleaseAsync();
        Assert.Equal(["pending 1000"], await shop.StatusesAsync());
        var (_, payout) = await shop.PayAsync();
        Assert.Equal(["processed 1000"], await shop.StatusesAsync("?status=processed&payoutId=" + payout));
        var confirmed = (await server.PostAsync($"/payouts/{payout}/confirm", new { reference = "bank-1" })).Ok();
        Assert.Equal(confirmed.GetRawText(), (await server.PostAsync($"/payouts/{payout}/confirm", new { reference = "bank-1" })).Ok().GetRawText());
        Assert.Equal(["paid 1000"], await shop.StatusesAsync("?status=paid&invoiceId=inv"));
        (await server.PostAsync($"/payouts/{payout}/confirm", new { reference = "bank-2" })).Refused(409, "conflict");
        (await server.PostAsync($"/payouts/{payout}/fail", new { reason = "late" })).Refused(409, "conflict");
        Assert.Equal(1_000, (await server.GetAsync("/partners")).Ok()[0].GetProperty("totalCommissions").GetInt64());
        await HoldsAsync(server);
    }

    [EngineFact]
    public async Task A_refund_after_the_payout_leaves_its_statement_as_it_was_and_is_set_off_in_the_next()
    {
        await using var server = await StartAsync();
        var shop = Shop(server, Tenth);
        var ana = await shop.PartnerAsync("Ana");
        shop.Sale(ana, "c", 10_000);
        await shop.ReleaseAsync();
        var (_, first) = await shop.PayAsync();
        var told = await server.GetAsync($"/partners/{ana}/statement?payoutId={first}");
        var purchase = told.Ok().GetProperty("customers")[0].GetProperty("purchases")[0];
        Assert.Equal((10_000, 0, 10_000, 1_000), (Number(purchase, "amount"), Number(purchase, "refunded"), Number(purchase, "net"), Number(purchase, "reward")));
        Assert.Equal((0, 1_000, 0), (Number(told.Ok(), "opening"), Number(told.Ok(), "paid"), Number(told.Ok(), "closing")));

        shop.Sale(ana, "c", 10_000, refunded: 3_000);
        server.Database.Write(session => session.Execute("UPDATE customers SET external_id = 'renamed'") + session.Execute("UPDATE partners SET name = 'Renamed'"));
        Assert.Equal(told.Text, (await server.GetAsync($"/partners/{ana}/statement?payoutId={first}")).Text);
        var since = (await server.GetAsync($"/partners/{ana}/statement?currency=usd")).Ok();
        Assert.Equal((0, -300), (Number(since, "opening"), Number(since, "closing")));
        (await server.PostAsync("/payouts", new { })).Refused(409, "conflict");

        shop.Sale(ana, "d", 5_000, invoice: "second");
        await shop.ReleaseAsync();
        var (_, second) = await shop.PayAsync();
        Assert.Equal(200, (await server.GetAsync("/payouts")).Ok().EnumerateArray().Single(one => one.GetProperty("id").GetString() == second).GetProperty("amount").GetInt64());
        var next = (await server.GetAsync($"/partners/{ana}/statement?payoutId={second}")).Ok();
        Assert.Equal((0, 200, 0), (Number(next, "opening"), Number(next, "paid"), Number(next, "closing")));
        Assert.Equal(Number(told.Ok(), "toPosition") + 1, Number(next, "fromPosition"));
        await HoldsAsync(server);
    }

    [EngineFact]
    public async Task A_failed_payout_is_owed_again_and_paid_with_the_next()
    {
        await using var server = await StartAsync();
        var shop = Shop(server, Tenth);
        shop.Sale(await shop.PartnerAsync("Ana"), "c", 10_000);
        await shop.ReleaseAsync();
        var (_, payout) = await shop.PayAsync();
        var version = Number((await server.GetAsync("/commissions")).Ok()[0], "version");
        var failed = (await server.PostAsync($"/payouts/{payout}/fail", new { reason = "no such account" })).Ok();
        Assert.Equal(version + 1, Number((await server.GetAsync("/commissions")).Ok()[0], "version"));
        Assert.Equal(("failed", "no such account"), (failed.GetProperty("status").GetString(), failed.GetProperty("failureReason").GetString()));
        Assert.Equal(failed.GetRawText(), (await server.PostAsync($"/payouts/{payout}/fail", new { reason = "no such account" })).Ok().GetRawText());
        Assert.Equal(["pending 1000"], await shop.StatusesAsync());
        await shop.ReleaseAsync(0);
        var (_, again) = await shop.PayAsync();
        Assert.NotEqual(payout, again);
        await HoldsAsync(server);
    }

    [EngineFact]
    public async Task Who_was_never_paid_is_paid_first_and_a_batch_is_bounded_by_commissions()
    {
        await using var server = await StartAsync();
        var shop = Shop(server, Tenth);
        var (ana, ben) = (await shop.PartnerAsync("Ana"), await shop.PartnerAsync("Ben"));
        shop.Sale(ana, "c", 1_000);
        await shop.ReleaseAsync();
        await shop.PayAsync();
        shop.Sale(ana, "c", 1_000, invoice: "second");
        shop.Sale(ben, "d", 1_000, invoice: "third");
        await shop.ReleaseAsync();

        // As many as a batch takes are of each.
        server.Database.Write(session =>
        {
            foreach (var row in session.Query<CommissionRow>("SELECT * FROM commissions WHERE state = 'payable'"))
            {
                session.ExecuteAll(
                    """
                    INSERT INTO commissions (id, program_id, rule_version, reward_id, side, type, unit, partner_id, order_key, basis, quantity, due, earnings, state, is_checked, is_test,
                        occurred_at, available_at, version, created_at, updated_at)
                    VALUES (@id, @program, 1, '', 'referrer', 'custom', @unit, @partner, '', 0, 1, 0, 0, 'payable', 1, 0, 0, 0, 1, 0, 0)
                    """,
                    ["id", "program", "unit", "partner"],
                    Enumerable.Range(1, 15_000).Select(i => new object?[] { row.Id + i, row.ProgramId, row.Unit, row.PartnerId }));
            }

            return 0;
        });
        var first = (await server.PostAsync("/payouts", new { })).Ok();
        Assert.Equal((1, ben), (Number(first, "remaining"), Assert.Single(first.GetProperty("payouts").EnumerateArray()).GetProperty("partner").GetProperty("id").GetString()));
        var second = (await server.PostAsync("/payouts", new { })).Ok();
        Assert.Equal((0, ana), (Number(second, "remaining"), Assert.Single(second.GetProperty("payouts").EnumerateArray()).GetProperty("partner").GetProperty("id").GetString()));
    }

    [EngineFact]
    public async Task A_payout_is_told_of_and_not_each_commission_in_it()
    {
        await using var server = await StartAsync();
        var shop = Shop(server, Tenth);
        var ana = await shop.PartnerAsync("Ana");
        shop.Sale(ana, "c", 10_000);
        await shop.ReleaseAsync();
        server.Database.Write(session =>
        {
            session.Execute(
                "INSERT INTO webhooks (id, name, url, triggers, generation, created_at) VALUES (1, 'all', 'http://127.0.0.1:9/', @types, 1, 0)", new { types = string.Join(' ', WebhookEvent.Types) });
            return session.Add(WebhookStore.Version, 1);
        });
        var (_, payout) = await shop.PayAsync();
        shop.Sale(ana, "c", 10_000, refunded: 1_000);
        (await server.PostAsync($"/payouts/{payout}/fail", new { reason = "no such account" })).Ok();
        Assert.Equal(["payout.created", "commission.updated processed", "payout.failed"], server.Database.Read(session => session.Query<string>("SELECT body FROM webhook_messages ORDER BY id")).Select(Text));

        static string Text(string body)
        {
            var message = JsonDocument.Parse(body).RootElement;
            return message.GetProperty("type").GetString() + (message.GetProperty("type").GetString() == WebhookEvent.CommissionUpdated ? " " + message.GetProperty("data").GetProperty("status").GetString() : "");
        }
    }

    [EngineFact]
    public async Task A_statement_that_is_too_long_asks_to_be_read_by_payout()
    {
        await using var server = await StartAsync();
        var shop = Shop(server, Tenth);
        var ana = await shop.PartnerAsync("Ana");
        shop.Sale(ana, "c", 10_000);
        server.Database.Write(session =>
        {
            var one = session.First<PostingRow>("SELECT * FROM postings")!;
            session.ExecuteAll(
                """
                INSERT INTO postings (position, kind, program_id, owner_kind, owner_id, unit, amount, debit, credit, cause, occurred_at, posted_at, is_test)
                VALUES (@position, 'manual', @program, 'partner', @owner, @unit, 1, 'expense', 'pending', 'api', 0, 0, 0)
                """,
                ["position", "program", "owner", "unit"],
                Enumerable.Range(2, 5_000).Select(position => new object?[] { (long)position, one.ProgramId, one.OwnerId, one.Unit }));
            return session.Add(SessionLedger.Position, 5_000);
        });
        Assert.Contains("payoutId", (await server.GetAsync($"/partners/{ana}/statement")).Refused(422, "unprocessable_entity"), StringComparison.Ordinal);
    }

    [EngineFact]
    public async Task People_change_commissions_and_their_decision_stays()
    {
        await using var server = await StartAsync();
        var shop = Shop(server, Tenth);
        var ana = await shop.PartnerAsync("Ana");
        shop.Sale(ana, "c", 10_000);
        var id = (await server.GetAsync("/commissions")).Ok()[0].GetProperty("id").GetString();
        foreach (var (change, status, amount, earnings) in new (object, string, long, long)[]
        {
            (new { earnings = 70 }, "pending", 10_000, 70), (new { saleAmount = 5_000 }, "pending", 5_000, 500),
            (new { modifySaleAmount = -1_000, currency = "usd" }, "pending", 4_000, 400), (new { modifySaleAmount = -1_000 }, "pending", 3_000, 300),
            (new { amount = 1_000 }, "pending", 1_000, 100), (new { modifyAmount = 10 }, "pending", 1_010, 101), (new { status = "fraud", earnings = 5 }, "fraud", 10_000, 0),
            (new { }, "fraud", 10_000, 0), (new { status = "pending" }, "pending", 10_000, 1_000), (new { status = "duplicate" }, "duplicate", 10_000, 0),
        })
        {
            var changed = (await server.PatchAsync("/commissions/" + id, change)).Ok();
            Assert.Equal((status, amount, earnings), (changed.GetProperty("status").GetString(), Number(changed, "amount"), Number(changed, "earnings")));
        }

        shop.Sale(ana, "c", 10_000, refunded: 1);
        Assert.Equal(["duplicate 0"], await shop.StatusesAsync());
        Assert.Equal("pending", (await server.PatchAsync("/commissions/bulk", new { commissionIds = new[] { id }, status = "pending" })).Ok()[0].GetProperty("status").GetString());
        Assert.Equal(["pending 1000"], await shop.StatusesAsync());
        await HoldsAsync(server);
    }

    [EngineFact]
    public async Task A_program_that_asks_for_it_pays_only_what_was_approved()
    {
        await using var server = await StartAsync();
        var shop = new LedgerShop(server);
        shop.Rules(new ProgramRules { Rewards = [Tenth], Approval = "manual" });
        shop.Sale(await shop.PartnerAsync("Ana"), "c", 10_000);
        await shop.ReleaseAsync();
        (await server.PostAsync("/payouts", new { })).Refused(409, "conflict");
        var waiting = Assert.Single((await server.GetAsync("/commissions?approval=waiting")).Ok().EnumerateArray()).GetProperty("id").GetString();
        (await server.PostAsync("/commissions/approve", new { commissionIds = new[] { waiting, "cm_0000000000001" } })).Refused(404, "not_found");
        Assert.Single(await shop.StatusesAsync("?approval=waiting"));
        (await server.PostAsync("/commissions/approve", new { commissionIds = new[] { waiting } })).Ok();
        Assert.Empty(await shop.StatusesAsync("?approval=waiting"));
        await shop.ReleaseAsync(0);
        await shop.PayAsync();
    }

    [EngineFact]
    public async Task What_the_shop_gives_is_given_once()
    {
        await using var server = await StartAsync();
        var shop = Shop(server, Tenth, new RewardRule { Id = "credit", Side = "friend", Kind = "credit", Amount = 500 }, new RewardRule { Id = "vip", Kind = "access", Label = "lounge" });
        shop.Sale(await shop.PartnerAsync("Ana"), "c", 10_000);
        Assert.Equal(["pending 1000"], await shop.StatusesAsync());
        var reward = (await server.GetAsync("/rewards?side=friend")).Ok()[0];
        (await server.PatchAsync($"/commissions/{reward.GetProperty("id").GetString()}", new { earnings = 2 })).Refused(404, "not_found");
        (await server.PatchAsync("/commissions/bulk", new { commissionIds = new[] { reward.GetProperty("id").GetString() }, status = "fraud" })).Refused(404, "not_found");
        var path = $"/rewards/{reward.GetProperty("id").GetString()}/fulfil";
        Assert.Equal(("credit", "usd", "pending", 500), (reward.GetProperty("kind").GetString(), reward.GetProperty("currency").GetString(), reward.GetProperty("status").GetString(), Number(reward, "amount")));
        Assert.Contains("pending", (await server.PostAsync(path, new { })).Refused(409, "conflict"), StringComparison.Ordinal);

        await shop.ReleaseAsync();
        var given = (await server.PostAsync(path, new { })).Ok();
        Assert.Equal(("fulfilled", 500, 0), (given.GetProperty("status").GetString(), Number(given, "amountGiven"), Number(given, "amountToGive")));
        Assert.Equal(given.GetRawText(), (await server.PostAsync(path, new { })).Ok().GetRawText());
        Assert.Equal(given.GetRawText(), Assert.Single((await server.GetAsync("/rewards?status=fulfilled")).Ok().EnumerateArray()).GetRawText());
        var balances = (await server.GetAsync("/ledger/balances?unit=credit:usd")).Ok().EnumerateArray().Select(one => $"{one.GetProperty("account").GetString()} {Number(one, "amount")}");
        Assert.Equal(["paid 500", "payable 0", "pending 0", "expense -500"], balances);
        (await server.PostAsync("/rewards/cm_0000000000001/fulfil", new { })).Refused(404, "not_found");
        var program = (await server.GetAsync("/programs")).Ok()[0].GetProperty("id").GetString();
        Assert.Equal((2, 0), ((await server.GetAsync("/rewards?programId=" + program)).Ok().GetArrayLength(), (await server.GetAsync("/rewards?programId=prog_nope")).Ok().GetArrayLength()));
        Assert.Equal("access", (await server.GetAsync("/rewards?side=referrer")).Ok()[0].GetProperty("kind").GetString());
        await HoldsAsync(server);
    }

    [EngineFact]
    public async Task A_reward_and_its_webhook_say_what_it_is_by_the_rule_of_the_partners_group()
    {
        await using var server = await StartAsync();
        var shop = new LedgerShop(server);
        RewardRule Discount(int basisPoints, string? label) => new() { Id = "off", Side = "friend", Kind = "discount", BasisPoints = basisPoints, Label = label };
        shop.Rules(new ProgramRules { Rewards = [Tenth, Discount(500, null)], Groups = [new ReferrerGroup("gold", [Tenth, Discount(1_500, "15 % off the next bill")])] });
        (await server.PostAsync("/webhooks", new { name = "shop", url = "https://hooks.example.com/", triggers = new[] { "commission.created" } })).Ok();
        var (ana, ben) = (await shop.PartnerAsync("Ana"), await shop.PartnerAsync("Ben"));
        var program = server.Programs().Default;
        server.Database.Write(session =>
        {
            Memberships.Set(session, program, StoredHistory.IdOf(EntityId.Partner, ben), 0, "gold");
            return 0;
        });
        shop.Sale(ana, "c", 10_000);
        shop.Sale(ben, "d", 10_000, invoice: "second");

        var rewards = (await server.GetAsync("/rewards")).Ok().EnumerateArray().Select(SaidBy).Order(StringComparer.Ordinal);
        Assert.Equal([" 500", "15 % off the next bill 1500"], rewards);
        var told = server.Database.Read(session => session.Query<string>("SELECT body FROM webhook_messages ORDER BY id"))
            .Select(body => JsonDocument.Parse(body).RootElement.GetProperty("data")).Select(data => $"{data.GetProperty("rewardId").GetString()} {SaidBy(data)}").Order(StringComparer.Ordinal);
        Assert.Equal(["off  500", "off 15 % off the next bill 1500", "sales  ", "sales  "], told);

        static string SaidBy(JsonElement one) => $"{one.GetProperty("label").GetString()} {(one.GetProperty("basisPoints") is { ValueKind: JsonValueKind.Number } points ? points.GetInt32() : null)}";
    }

    [EngineFact]
    public async Task What_was_given_too_much_is_set_off_against_the_next_reward()
    {
        await using var server = await StartAsync();
        var shop = Shop(server, new RewardRule { Id = "credit", Side = "friend", Kind = "credit", Amount = 500 });
        var ana = await shop.PartnerAsync("Ana");
        shop.Sale(ana, "c", 10_000);
        await shop.ReleaseAsync();
        (await server.PostAsync($"/rewards/{(await server.GetAsync("/rewards")).Ok()[0].GetProperty("id").GetString()}/fulfil", new { })).Ok();
        shop.Sale(ana, "c", 10_000, refunded: 10_000);
        shop.Sale(ana, "c", 10_000, invoice: "second");
        await shop.ReleaseAsync();
        var second = (await server.GetAsync("/rewards?status=payable")).Ok()[0];
        Assert.Equal((500, 0), (Number(second, "amount"), Number(second, "amountToGive")));
        Assert.Contains("set off", (await server.PostAsync($"/rewards/{second.GetProperty("id").GetString()}/fulfil", new { })).Refused(409, "conflict"), StringComparison.Ordinal);
        await HoldsAsync(server);
    }

    [EngineFact]
    public async Task A_batch_is_exported_with_amounts_in_units_and_without_formulas()
    {
        await using var server = await StartAsync();
        var shop = Shop(server, Tenth);
        shop.Sale(await shop.PartnerAsync("=1+1", new { name = "=cmd(),\"x\"", email = "a@example.com" }), "c", 12_345);
        await shop.ReleaseAsync();
        var (batch, payout) = await shop.PayAsync();
        var lines = (await server.GetAsync($"/payouts/batches/{batch}/export")).Text.Split("\r\n");
        Assert.StartsWith("payout_id,partner_id,name", lines[0], StringComparison.Ordinal);
        Assert.StartsWith(payout + ",pn_", lines[1], StringComparison.Ordinal);
        Assert.Contains("\"'=cmd(),\"\"x\"\"\",a@example.com,,,12.34,usd,processing,", lines[1], StringComparison.Ordinal);
        Assert.Equal(1_234, Number((await server.GetAsync("/payouts/batches/" + batch)).Ok(), "amount"));
    }

    [EngineFact]
    public async Task Commissions_are_made_by_hand_also_for_sales_and_leads()
    {
        await using var server = await StartAsync();
        var shop = Shop(server, Tenth, new RewardRule { Id = "leads", Event = "lead", Kind = "flat", Amount = 50 });
        var ana = await shop.PartnerAsync("Ana");
        shop.Sale(ana, "c", 100);
        foreach (var body in new object[]
        {
            new { type = "custom", partnerId = ana, amount = -30, description = "clawed back" },
            new { type = "sale", partnerId = ana, customerId = "ext_c", sale = new { amount = 2_000, currency = "usd", invoiceId = "by-hand", eventName = "Renewal", metadata = new { till = 3 } } },
            new { type = "lead", partnerId = ana, customer = new { externalId = "c", email = "c@example.com" } },
        })
        {
            Assert.Equal(202, (int)(await server.PostAsync("/commissions", body)).Status);
        }

        Assert.Equal(["pending 50", "pending 200", "pending -30", "pending 10"], await shop.StatusesAsync());
        var sale = Assert.Single((await server.GetAsync("/commissions?invoiceId=by-hand&groupId=default")).Ok().EnumerateArray());
        Assert.Equal(("by-hand", "Renewal", 3), (sale.GetProperty("invoiceId").GetString(), sale.GetProperty("eventName").GetString(), Number(sale.GetProperty("metadata"), "till")));
        Assert.Equal("default", sale.GetProperty("partner").GetProperty("groupId").GetString());
        Assert.Empty(await shop.StatusesAsync("?groupId=gold"));
        Assert.Contains("sale.metadata", (await server.PostAsync("/commissions", new { type = "sale", partnerId = ana, customerId = "ext_c", sale = new { amount = 1, metadata = new[] { 1 } } })).Refused(422, "unprocessable_entity"), StringComparison.Ordinal);
        Assert.Contains("externalId", (await server.PostAsync("/commissions", new { type = "lead", partnerId = ana, customer = new { externalId = "nobody" } })).Refused(404, "not_found"), StringComparison.Ordinal);
        (await server.PostAsync("/commissions", new { type = "lead", partnerId = ana, customerId = "ext_c" })).Refused(409, "conflict");
        foreach (var invoiceId in new[] { "by-hand", "inv" })
        {
            (await server.PostAsync("/commissions", new { type = "sale", partnerId = ana, customerId = "ext_c", sale = new { amount = 1, invoiceId } })).Refused(409, "conflict");
        }

        await HoldsAsync(server);
    }

    [EngineTheory]
    [InlineData("""{"type":"gift","partnerId":"$"}""", "type")]
    [InlineData("""{"type":"custom","partnerId":"$"}""", "amount")]
    [InlineData("""{"type":"custom","partnerId":"$","amount":0}""", "amount")]
    [InlineData("""{"type":"custom","partnerId":"$","amount":1000000000001}""", "amount")]
    [InlineData("""{"type":"custom","partnerId":"$","amount":1,"date":"2020-01-01"}""", "date")]
    [InlineData("""{"type":"custom","partnerId":"$","amount":1,"date":"2999-01-01"}""", "date")]
    [InlineData("""{"type":"lead","partnerId":"$","customerId":"ext_c"}""", "type")]
    [InlineData("""{"type":"sale","partnerId":"$","customerId":"ext_c","sale":{"amount":1,"currency":"eur"}}""", "sale")]
    [InlineData("""{"type":"sale","partnerId":"$","customerId":"ext_c","sale":{"amount":0}}""", "sale.amount")]
    [InlineData("""{"type":"sale","partnerId":"$","customerId":"ext_c","sale":{"amount":1,"currency":"xyz"}}""", "currency")]
    [InlineData("""{"type":"custom","partnerId":"","amount":1}""", "partnerId")]
    public async Task A_commission_that_cannot_be_is_refused_and_nothing_is_stored(string body, string field)
    {
        await using var server = await StartAsync();
        var shop = Shop(server, Tenth);
        var ana = await shop.PartnerAsync("Ana");
        Assert.Contains(field, (await server.SendAsync(HttpMethod.Post, "/commissions", body.Replace("$", ana, StringComparison.Ordinal))).Refused(422, "unprocessable_entity"), StringComparison.Ordinal);
        Assert.Empty(await shop.StatusesAsync());
        Assert.Empty((await server.GetAsync("/ledger/postings")).Ok().EnumerateArray());
    }

    [EngineFact]
    public async Task What_is_not_there_or_makes_no_sense_is_refused()
    {
        await using var server = await StartAsync();
        var shop = Shop(server, Tenth);
        var (ana, ben) = (await shop.PartnerAsync("Ana"), await shop.PartnerAsync("Ben"));
        shop.Sale(ana, "c", 10_000);
        await shop.ReleaseAsync();
        var (_, payout) = await shop.PayAsync();
        (await server.GetAsync($"/partners/{ben}/statement?payoutId={payout}")).Refused(404, "not_found");
        (await server.GetAsync("/partners/pn_0000000000001/statement")).Refused(404, "not_found");
        (await server.GetAsync($"/partners/{ana}/statement?currency=eur")).Refused(422, "unprocessable_entity");
        (await server.GetAsync("/payouts/batches/pob_0000000000001")).Refused(404, "not_found");
        (await server.PostAsync("/payouts/po_0000000000001/confirm", new { reference = "x" })).Refused(404, "not_found");
        (await server.PostAsync($"/payouts/{payout}/confirm", new { })).Refused(422, "unprocessable_entity");
        (await server.PostAsync("/payouts", new { unit = "eur" })).Refused(422, "unprocessable_entity");
        (await server.PostAsync("/payouts", new { programId = "prog_none" })).Refused(422, "unprocessable_entity");
        (await server.PostAsync("/payouts", new { partnerIds = new[] { "nobody" } })).Refused(404, "not_found");
        (await server.PatchAsync("/commissions/cm_none", new { earnings = 1 })).Refused(404, "not_found");
        (await server.PatchAsync("/commissions/cm_0000000000001", new { earnings = 1 })).Refused(404, "not_found");
        var id = (await server.GetAsync("/commissions")).Ok()[0].GetProperty("id").GetString();
        (await server.PatchAsync("/commissions/" + id, new { status = "paid" })).Refused(422, "unprocessable_entity");
        (await server.PatchAsync("/commissions/" + id, new { earnings = 1, currency = "eur" })).Refused(422, "unprocessable_entity");
        (await server.PatchAsync("/commissions/" + id, new { saleAmount = -1 })).Refused(422, "unprocessable_entity");
        (await server.PatchAsync("/commissions/bulk", new { commissionIds = Array.Empty<string>(), status = "fraud" })).Refused(422, "unprocessable_entity");
        foreach (var query in new[] { "status=new", "sortBy=name", "interval=fortnight", "timezone=Mars/Base", "start=2026-02-01&end=2026-01-01", "partnerTagId=x", "query=x", "type=x", "type=sale,x", "approval=done", "start=yesterday", "sortBy=amount&startingAfter=" + id })
        {
            (await server.GetAsync("/commissions?" + query)).Refused(422, "unprocessable_entity");
        }
    }

    [EngineFact]
    public async Task Commissions_are_listed_by_when_they_were_made()
    {
        await using var server = await StartAsync();
        var shop = Shop(server, Tenth);
        var ana = await shop.PartnerAsync("Ana");
        var now = server.Clock.GetUtcNow();
        (string Invoice, DateTimeOffset At)[] made = [("hour", now.AddHours(-1)), ("days", now.AddDays(-3)), ("weeks", now.AddDays(-40)), ("years", now.AddDays(-400)), ("night", new DateTimeOffset(2020, 3, 2, 3, 0, 0, TimeSpan.Zero))];
        foreach (var (invoice, at) in made)
        {
            shop.Sale(ana, "c", 100, invoice: invoice);
            server.Database.Write(session => session.Execute("UPDATE commissions SET created_at = @at WHERE order_key = @key", new { at = at.ToUnixTimeMilliseconds(), key = "sale:" + invoice }));
        }

        foreach (var (query, invoices) in new[]
        {
            ("interval=24h", "hour"), ("interval=7d", "hour days"), ("interval=30d", "hour days"), ("interval=90d", "hour days weeks"), ("interval=1y", "hour days weeks"),
            ("interval=all", "hour days weeks years night"), ("", "hour days weeks years night"), ("interval=7d&start=2020-03-02&end=2020-03-02", "night"), ("start=2020-03-01&end=2020-03-01", ""),
            ("start=2020-03-01&end=2020-03-01&timezone=America/New_York", "night"), ("end=2020-03-02T03:00:00Z", ""), ("start=2020-03-02T03:00:00Z&end=2020-03-02T03:00:01Z", "night"),
        })
        {
            Assert.Equal((query, string.Join(' ', invoices.Split(' ').Order())), (query, await InvoicesAsync(query)));
        }

        foreach (var (interval, since) in new[] { ("mtd", new DateTime(now.Year, now.Month, 1)), ("qtd", new DateTime(now.Year, now.Month - ((now.Month - 1) % 3), 1)), ("ytd", new DateTime(now.Year, 1, 1)) })
        {
            Assert.Equal(string.Join(' ', made.Where(one => one.At.UtcDateTime >= since).Select(one => one.Invoice).Order()), await InvoicesAsync("interval=" + interval));
        }

        async Task<string> InvoicesAsync(string query) =>
            string.Join(' ', (await server.GetAsync("/commissions?" + query)).Ok().EnumerateArray().Select(one => one.GetProperty("invoiceId").GetString()).Order());
    }

    [EngineFact]
    public async Task Lists_take_several_values_and_all_but_some()
    {
        await using var server = await StartAsync();
        var shop = new LedgerShop(server);
        shop.Rules(new ProgramRules { Rewards = [Tenth], Groups = [new ReferrerGroup("gold", null, null)] });
        var (ana, ben) = (await shop.PartnerAsync("Ana"), await shop.PartnerAsync("Ben"));
        var program = (await server.GetAsync("/programs")).Ok()[0].GetProperty("id").GetString();
        (await server.PutAsync($"/programs/{program}/partners/{ben}", new { group = "gold" })).Ok();
        shop.Sale(ana, "c", 1_000);
        shop.Sale(ben, "d", 2_000, invoice: "second");
        foreach (var (query, expected) in new[]
        {
            ($"partnerId={ana},{ben}", "100 200"), ($"partnerId=-{ana}", "200"), ("groupId=default,gold", "100 200"), ("groupId=-gold", "100"), ("type=lead,sale", "100 200"), ("type=-sale", ""), ("partnerId=nobody", ""),
        })
        {
            Assert.Equal((query, expected), (query, string.Join(' ', (await server.GetAsync("/commissions?" + query)).Ok().EnumerateArray().Select(one => Number(one, "earnings")).Order())));
        }

        await shop.ReleaseAsync();
        var (batch, _) = await shop.PayAsync();
        foreach (var (query, expected) in new[] { ("invoiceId=" + batch, "100 200"), ("invoiceId=pob_0000000000001", ""), ("groupId=gold", "200"), ("groupId=-gold", "100"), ("groupId=gold,default", "100 200") })
        {
            Assert.Equal((query, expected), (query, string.Join(' ', (await server.GetAsync("/payouts?" + query)).Ok().EnumerateArray().Select(one => Number(one, "amount")).Order())));
        }

        var paid = (await server.GetAsync("/payouts?groupId=gold")).Ok()[0];
        Assert.Equal((batch, "gold"), (paid.GetProperty("invoiceId").GetString(), paid.GetProperty("partner").GetProperty("groupId").GetString()));
    }

    [EngineFact]
    public async Task What_is_for_trying_out_is_never_paid_and_in_no_list()
    {
        await using var server = await StartAsync();
        var shop = Shop(server, Tenth);
        shop.Sale(await shop.PartnerAsync("Ana"), "test:c", 10_000, isTest: true);
        await shop.ReleaseAsync();
        (await server.PostAsync("/payouts", new { })).Refused(409, "conflict");
        Assert.Empty(await shop.StatusesAsync());
        Assert.Equal(["pending 1000"], await shop.StatusesAsync("?testMode=true"));
        Assert.Equal(0, (await server.GetAsync("/partners")).Ok()[0].GetProperty("totalCommissions").GetInt64());
    }

    [EngineFact]
    public async Task A_balance_that_is_not_the_sum_of_its_postings_shows()
    {
        await using var server = await StartAsync();
        var shop = Shop(server, Tenth);
        shop.Sale(await shop.PartnerAsync("Ana"), "c", 10_000);
        await HoldsAsync(server);
        server.Database.Write(session => session.Execute("UPDATE balances SET amount = amount + 1 WHERE account = 'pending'"));
        var figures = (await server.GetAsync("/stats")).Ok().GetProperty("ledger").GetProperty("units").GetProperty("usd");
        Assert.Equal((1_000, 1_001, 1), (Number(figures, "debits"), Number(figures, "credits"), Number(figures, "wrongBalances")));
    }

    [EngineFact]
    public async Task Postings_are_summed_in_bounded_steps_and_each_once()
    {
        await using var server = await StartAsync();
        var shop = Shop(server, Tenth);
        var ana = await shop.PartnerAsync("Ana");
        shop.Sale(ana, "c", 10_000);
        shop.Sale(ana, "c", 10_000, invoice: "second");
        await shop.ReleaseAsync();
        var audit = new LedgerAudit(mostAtOnce: 3);
        var first = server.Database.Read(audit.Extend);
        Assert.Equal((4, 3, 0), (first.Postings, first.CheckedTo, first.Missing));
        Assert.Null(first.Wrong);
        var second = server.Database.Read(audit.Extend);
        Assert.Equal((4, 0), (second.CheckedTo, second.Wrong!.Count));

        shop.Sale(ana, "c", 10_000, invoice: "third");
        server.Database.Write(session => session.Execute("DELETE FROM postings WHERE position = 5"));
        var third = server.Database.Read(audit.Extend);
        Assert.Equal((5, 1), (third.CheckedTo, third.Missing));
        Assert.Equal(["expense", "pending"], third.Wrong!.Select(key => key.Account).Order());

        // A store that was put back.
        server.Database.Write(session => session.Add(SessionLedger.Position, -1));
        Assert.Equal(3, server.Database.Read(audit.Extend).CheckedTo);
    }

    [EngineFact]
    public async Task A_commission_of_a_call_that_is_sent_again_with_its_key_is_made_once()
    {
        await using var server = await StartAsync();
        var shop = Shop(server, Tenth);
        var ana = await shop.PartnerAsync("Ana");
        server.Client.DefaultRequestHeaders.Add("Idempotency-Key", "once");
        var first = await server.PostAsync("/commissions", new { type = "custom", partnerId = ana, amount = 5 });
        Assert.Equal(first, await server.PostAsync("/commissions", new { type = "custom", partnerId = ana, amount = 5 }));
        (await server.PostAsync("/commissions", new { type = "custom", partnerId = ana, amount = 6 })).Refused(422, "unprocessable_entity");
        Assert.Equal(["pending 5"], await shop.StatusesAsync());
    }

    [EngineFact]
    public async Task A_change_of_a_call_that_is_sent_again_with_its_key_is_made_once()
    {
        await using var server = await StartAsync();
        var shop = new LedgerShop(server);
        shop.Rules(new ProgramRules { Rewards = [Tenth], Approval = "manual" });
        shop.Sale(await shop.PartnerAsync("Ana"), "c", 10_000);
        var id = (await server.GetAsync("/commissions")).Ok()[0].GetProperty("id").GetString();
        foreach (var (send, path, body, other, left) in new (Func<string, object, Task<Reply>>, string, object, object, string)[]
        {
            (server.PatchAsync, "/commissions/" + id, new { modifySaleAmount = -1_000 }, new { modifySaleAmount = -2_000 }, "pending 900"),
            (server.PatchAsync, "/commissions/bulk", new { commissionIds = new[] { id }, status = "fraud" }, new { commissionIds = new[] { id }, status = "pending" }, "fraud 0"),
            (server.PostAsync, "/commissions/approve", new { commissionIds = new[] { id } }, new { commissionIds = new[] { id, id } }, "fraud 0"),
        })
        {
            server.Client.DefaultRequestHeaders.Add("Idempotency-Key", "once");
            var first = await send(path, body);
            first.Ok();
            Assert.Equal([left], await shop.StatusesAsync());
            Assert.Equal(first, await send(path, body));
            (await send(path, other)).Refused(422, "unprocessable_entity");
            Assert.Equal([left], await shop.StatusesAsync());
            server.Client.DefaultRequestHeaders.Remove("Idempotency-Key");
        }

        // What was changed since is not changed back, and the answer is that of then.
        (await server.PatchAsync("/commissions/" + id, new { status = "pending" })).Ok();
        server.Client.DefaultRequestHeaders.Add("Idempotency-Key", "once");
        Assert.Equal("fraud", (await server.PatchAsync("/commissions/bulk", new { commissionIds = new[] { id }, status = "fraud" })).Ok()[0].GetProperty("status").GetString());
        Assert.Equal(["pending 1000"], await shop.StatusesAsync());
    }

    [EngineFact]
    public async Task What_a_person_turned_down_is_not_paid_for_an_earlier_lead_or_sale_that_is_told_later()
    {
        await using var server = await StartAsync();
        var shop = Shop(server, new RewardRule { Id = "leads", Event = "lead", Kind = "flat", Amount = 500 }, new RewardRule { Id = "first", Kind = "flat", Amount = 700, MaxMonths = 0 });
        await shop.PartnerAsync("Ana");
        await TellAsync(server.Clock.GetUtcNow(), "Sign up", "b");
        foreach (var commission in (await server.GetAsync("/commissions")).Ok().EnumerateArray())
        {
            (await server.PatchAsync("/commissions/" + commission.GetProperty("id").GetString(), new { status = "fraud" })).Ok();
        }

        await TellAsync(server.Clock.GetUtcNow().AddDays(-1), "Trial", "a");
        Assert.Equal(4, (await shop.StatusesAsync("?status=fraud")).Length);
        var earlier = (await server.GetAsync("/commissions?invoiceId=a")).Ok()[0].GetProperty("id").GetString();
        (await server.PatchAsync("/commissions/" + earlier, new { status = "pending" })).Ok();
        Assert.Equal(["pending 700"], await shop.StatusesAsync("?status=pending"));
        await HoldsAsync(server);

        async Task TellAsync(DateTimeOffset occurredAt, string eventName, string invoiceId)
        {
            (await server.PostAsync("/track/lead", new { customerExternalId = "c", eventName, referralCode = "link0", occurredAt })).Ok();
            (await server.PostAsync("/track/sale", new { customerExternalId = "c", amount = 1_000, invoiceId, occurredAt })).Ok();
        }
    }

    [EngineFact]
    public async Task Without_a_program_a_statement_is_of_the_one_that_its_partner_is_in()
    {
        await using var server = await StartAsync();
        var program = (await server.PostAsync("/programs", new { name = "Euro", currency = "eur" })).Ok().GetProperty("id").GetString();
        var ana = (await server.PostAsync("/partners", new { name = "Ana", email = "ana@example.com", linkProps = new { url = "https://a.example/", programId = program } })).Ok().GetProperty("id").GetString();
        Assert.Equal("eur", (await server.GetAsync($"/partners/{ana}/statement")).Ok().GetProperty("currency").GetString());
        var usual = (await server.GetAsync("/programs")).Ok().EnumerateArray().Single(one => one.GetProperty("currency").GetString() == "usd").GetProperty("id").GetString();
        (await server.PostAsync("/partners/links", new { partnerId = ana, url = "https://b.example/", programId = usual })).Ok();
        Assert.Equal("usd", (await server.GetAsync($"/partners/{ana}/statement")).Ok().GetProperty("currency").GetString());
    }

    [EngineFact]
    public async Task Postings_are_read_on_from_a_position()
    {
        await using var server = await StartAsync();
        var shop = Shop(server, Tenth);
        var ana = await shop.PartnerAsync("Ana");
        shop.Sale(ana, "c", 10_000);
        await shop.ReleaseAsync();
        var all = (await server.GetAsync("/ledger/postings?partnerId=" + ana)).Ok().EnumerateArray().ToList();
        Assert.Equal(["accrue expense pending 1000", "release pending payable 1000"], all.Select(one => $"{one.GetProperty("kind").GetString()} {one.GetProperty("debit").GetString()} {one.GetProperty("credit").GetString()} {Number(one, "amount")}"));
        Assert.Equal(2, Number(Assert.Single((await server.GetAsync("/ledger/postings?after=1")).Ok().EnumerateArray()), "position"));
        Assert.Empty((await server.GetAsync("/ledger/postings?partnerId=nobody")).Ok().EnumerateArray());
    }

    private static LedgerShop Shop(AggregatorServer server, params RewardRule[] rewards)
    {
        var shop = new LedgerShop(server);
        shop.Rules(new ProgramRules { Rewards = rewards });
        return shop;
    }

    private static long Number(System.Text.Json.JsonElement of, string name) => of.GetProperty(name).GetInt64();

    /// <summary>The equations of <c>/stats</c>.</summary>
    internal static async Task HoldsAsync(AggregatorServer server)
    {
        var ledger = (await server.GetAsync("/stats")).Ok().GetProperty("ledger");
        Assert.Equal(0, Number(ledger, "missing"));
        Assert.All(ledger.GetProperty("units").EnumerateObject(), unit => Assert.Equal((Number(unit.Value, "credits"), 0), (Number(unit.Value, "debits"), Number(unit.Value, "wrongBalances"))));
    }
}

public sealed class LedgerApiTestsOnSqlite : LedgerApiTests;

[OnPostgres]
public sealed class LedgerApiTestsOnPostgres : LedgerApiTests;
