using LinkTracker.Aggregator.Ledger;
using LinkTracker.Aggregator.Storage;

namespace LinkTracker.Aggregator.Tests.Storage;

/// <summary>What an older version gave is known to be given by this one. The scripts are the same on both engines.</summary>
public sealed class OldRewardsTests
{
    // The last one of the version that knew of gifts only whether they were given.
    private const long Before = 19;

    [Fact]
    public async Task What_was_given_and_is_worth_more_by_now_is_payable_for_the_rest()
    {
        var folder = Directory.CreateTempSubdirectory("linktracker-").FullName;
        try
        {
            await using var server = await OldConversionsTests.OpenOldAsync(folder, Before, session =>
            {
                session.Execute("INSERT INTO programs (id, name, currency, is_test, created_at, updated_at) VALUES (7, 'Friends', 'usd', 0, 0, 0)");
                session.Execute("INSERT INTO program_rules (program_id, version, valid_from, rules, created_at) VALUES (7, 1, 0, '{\"rewards\":[{\"id\":\"r\",\"kind\":\"credit\",\"amount\":800}]}', 0)");
                session.Execute("INSERT INTO partners (id, name, email, email_folded, created_at) VALUES (8, 'Ana', 'a@example.com', 'a@example.com', 0)");
                session.ExecuteAll(
                    """
                    INSERT INTO commissions (id, program_id, rule_version, reward_id, side, type, unit, partner_id, order_key, basis, quantity, due, granted, earnings, state, payout_id, is_checked, is_test,
                        occurred_at, available_at, version, created_at, updated_at)
                    VALUES (@id, 7, 1, 'r', 'referrer', 'sale', @unit, 8, '', 0, 1, @earnings, @earnings, @earnings, @state, @payout, 1, 0, 0, 0, 1, 0, 0)
                    """,
                    ["id", "unit", "earnings", "state", "payout"],
                    [[1L, "credit:usd", 800L, "paid", null], [2L, "credit:usd", 500L, "paid", null], [3L, "credit:usd", 800L, "payable", null], [4L, "usd", 800L, "paid", 9L]]);
                session.ExecuteAll(
                    """
                    INSERT INTO postings (position, kind, program_id, owner_kind, owner_id, unit, amount, debit, credit, commission_id, cause, occurred_at, posted_at, is_test)
                    VALUES (@id, 'pay', 7, 'partner', 8, 'credit:usd', 500, 'payable', 'paid', @id, 'api', 0, 0, 0)
                    """,
                    ["id"],
                    [[1L], [2L]]);
                session.Add(SessionLedger.Position, 2);
                session.Execute("INSERT INTO balances (program_id, owner_kind, owner_id, account, unit, amount) VALUES (7, 'partner', 8, 'payable', 'credit:usd', 1100)");
            });

            Assert.Equal(
                ["1 payable 500", "2 paid 500", "3 payable 0", "4 paid 0"],
                server.Database.Read(session => session.Query<string>("SELECT id || ' ' || state || ' ' || settled FROM commissions ORDER BY id")));
            var given = (await server.PostAsync($"/rewards/{EntityId.Format(EntityId.Commission, 1)}/fulfil", new { })).Ok();
            Assert.Equal(("fulfilled", 800L), (given.GetProperty("status").GetString(), given.GetProperty("amountGiven").GetInt64()));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
