using LinkTracker.Aggregator.Storage;
using Npgsql;

namespace LinkTracker.Aggregator.Tests.Engines;

public sealed class PostgresErrorsTests
{
    [Fact]
    public void A_server_that_does_not_answer_is_logged_without_its_address()
    {
        var port = FreePort.Next();
        var failure = Assert.Throws<StoreUnavailableException>(() => Database.Open(new PostgresEngine($"Host=127.0.0.1;Port={port};Database=db")));

        Assert.Contains($"127.0.0.1:{port}", failure.InnerException!.Message, StringComparison.Ordinal);
        Assert.Contains("the server cannot be reached (ConnectionRefused)", failure.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("127.0.0.1", failure.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("127.0.0.1", new CountsException("The counts cannot be used.", failure.InnerException).ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_server_that_lets_nobody_in_is_told_of_without_the_address_of_this_machine()
    {
        var refusal = new PostgresException("no pg_hba.conf entry for host \"10.1.2.3\", user \"linktracker\"", "FATAL", "FATAL", "28000");
        Assert.Equal(
            "the server does not let this process in: it has no such role, or no line for it in pg_hba.conf (28000).",
            PostgresErrors.ReasonOf(refusal));
        Assert.True(PostgresErrors.IsPassing(refusal));
    }
}
