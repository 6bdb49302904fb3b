using LinkTracker.Aggregator.Ledger;
using LinkTracker.Aggregator.Money;
using LinkTracker.Aggregator.Programs;
using LinkTracker.Aggregator.Storage;
using LinkTracker.Aggregator.Tests.Engines;
using LinkTracker.Aggregator.Tests.Storage;
using LinkTracker.Aggregator.Webhooks;
using LinkTracker.ServiceDefaults;
using static LinkTracker.Aggregator.Tests.Rewards.RewardSample;

namespace LinkTracker.Aggregator.Tests.Ledger;

public abstract class LedgerCrashTests : EngineTests
{
    private const int Operations = 20_000;
    private const int InOneDatabase = 2_000;
    private const int OneDeathIn = 100;

    [EngineFact]
    public async Task Whatever_dies_on_the_way_the_database_holds_what_was_done_and_nothing_else()
    {
        var (undone, unanswered) = (0, 0);
        for (var seed = 1; seed <= Operations / InOneDatabase; seed++)
        {
            using var database = await OpenDatabaseAsync();
            Prepare(database);
            var process = new MortalProcess(seed, OneDeathIn);
            var world = ShopDay.Many(seed, InOneDatabase, Transactions(database, process, Twice([.. new RandomShop(seed).Rules()])));
            Same(database, world);
            SameBooks.Hold(seed, ShopDay.Many(seed, InOneDatabase), world);
            (undone, unanswered) = (undone + process.Undone, unanswered + process.Unanswered);
        }

        Assert.True(undone > Operations / 10, $"only {undone} transactions were undone");
        Assert.True(unanswered > Operations / OneDeathIn / 2, $"only {unanswered} transactions were done without an answer");
    }

    private static Action<MemoryLedger, Action<ILedgerStore>> Transactions(TestDatabase database, MortalProcess process, ProgramSet programs)
    {
        var rates = new ExchangeRateStore(new Settings { Currency = "eur" });
        var webhooks = new WebhookOutbox(new EntityId(TimeProvider.System), TimeProvider.System);
        return (memory, work) =>
        {
            CrashingLedger ledger = null!;
            process.Answer(
                () => database.Database.Write(session =>
                {
                    work(ledger = new CrashingLedger(new SessionLedger(session, programs, rates, webhooks), process.Pass, memory));
                    process.Pass();
                    return 0;
                }),
                () => { },
                () =>
                {
                    ledger.Done();
                    memory.Commit();
                });
        };
    }

    // The rows that others refer to.
    private static void Prepare(TestDatabase database) => database.Database.Write(session =>
    {
        foreach (var program in new[] { Rewards.RewardSample.Program, Other })
        {
            session.Execute("INSERT INTO programs (id, name, currency, is_test, created_at, updated_at) VALUES (@program, 'Friends', 'eur', 0, 0, 0)", new { program });
        }

        foreach (var id in Enumerable.Range(0, 10).Select(i => Ana + i))
        {
            session.Execute("INSERT INTO partners (id, name, email, email_folded, created_at) VALUES (@id, 'p', @email, @email, 0)", new { id, email = id + "@example.com" });
        }

        foreach (var id in Enumerable.Range(1, 10))
        {
            session.Execute("INSERT INTO customers (id, external_id, created_at) VALUES (@id, @name, 0)", new { id, name = "c" + id });
        }

        foreach (var id in Enumerable.Range(1, InOneDatabase))
        {
            session.Execute(
                """
                INSERT INTO conversions (id, kind, customer_id, decision, event_name, occurred_at, quantity, answer, request_hash, conflicts, enriched)
                VALUES (@id, 'sale', 1, '{}', 'e', 0, 1, '{}', '', 0, 1)
                """,
                new { id });
        }

        return 0;
    });

    private static void Same(TestDatabase database, LedgerWorld world) => database.Database.Read(session =>
    {
        Assert.Equal(world.Store.Commissions.Values.OrderBy(row => row.Id), session.Query<CommissionRow>("SELECT * FROM commissions ORDER BY id"));
        Assert.Equal(world.Store.Postings.Select(Text), session.Query<PostingRow>("SELECT * FROM postings ORDER BY position").Select(Text));
        Assert.Equal(world.Store.Postings.Count, session.Counter(SessionLedger.Position));
        Assert.Equal(world.Store.Balances.Where(one => one.Value != 0).Select(one => $"{one.Key.OwnerKind} {one.Key.OwnerId} {one.Key.Account} {one.Key.Unit} {one.Value}").Order(StringComparer.Ordinal), session.Query<string>(
            "SELECT owner_kind || ' ' || owner_id || ' ' || account || ' ' || unit || ' ' || amount FROM balances WHERE amount <> 0").Order(StringComparer.Ordinal));
        return 0;
    });

    private static string Text(object value) => System.Text.Json.JsonSerializer.Serialize(value);
}

public sealed class LedgerCrashTestsOnSqlite : LedgerCrashTests;

[OnPostgres]
public sealed class LedgerCrashTestsOnPostgres : LedgerCrashTests;
