using LinkTracker.Aggregator.Storage;

namespace LinkTracker.Aggregator.Tests.Storage;

public class MigrationsTests
{
    [Theory]
    [InlineData("0001_initial.sql", true, true)]
    [InlineData("0002_name.postgres.sql", false, true)]
    public void A_script_may_be_for_one_engine_only(string name, bool onSqlite, bool onPostgres) =>
        Assert.Equal((onSqlite, onPostgres), (Migrations.IsFor("sqlite", name), Migrations.IsFor("postgres", name)));

    [Fact]
    public void A_script_with_another_name_is_a_mistake() => Assert.Throws<InvalidOperationException>(() => Migrations.IsFor("sqlite", "0002.name.postgres.sql"));
}
