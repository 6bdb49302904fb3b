using LinkTracker.Aggregator.Storage;
using LinkTracker.ServiceDefaults;

namespace LinkTracker.Aggregator.Tests.Engines;

public class ConnectionStringTests
{
    [Theory]
    [InlineData("Host=hunter2;Nonsense=hunter2")]
    [InlineData("postgres://user:hunter2@db/linktracker")]
    [InlineData("Password=hunter2")]
    [InlineData("Host=db;Port=hunter2")]
    public void What_is_no_connection_string_is_refused_without_being_shown(string text)
    {
        var refused = Assert.Throws<SettingsException>(() => new PostgresEngine(text));
        Assert.StartsWith("ConnectionStrings__Postgres has a value that is not shown, but must be", refused.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("hunter2", refused.ToString(), StringComparison.Ordinal);
    }
}
