using LinkTracker.Aggregator.Counting;
using LinkTracker.Aggregator.Storage;
using LinkTracker.ServiceDefaults;

namespace LinkTracker.Aggregator.Fraud;

/// <summary>Lets go of hashes once nothing is compared with them any more.</summary>
internal sealed class FraudForgetting(Settings settings, TimeProvider clock)
{
    // There are few addresses, so a hash of one can be found by trying, by whoever has the secret: it goes when its day is over everywhere.
    private const int AddressDays = 2;

    /// <returns>How many rows were changed.</returns>
    public int Forget(Session session)
    {
        var now = clock.GetUtcNow();
        var today = UtcBuckets.Day(now.ToUnixTimeMilliseconds());
        return session.Execute(
                "UPDATE conversion_signals SET address_hash = NULL WHERE address_hash IS NOT NULL AND day <= @day", new { day = today - AddressDays })
            + session.Execute(
                "DELETE FROM conversion_clicks WHERE day < @day", new { day = UtcBuckets.Day((now - settings.ClickRetention).ToUnixTimeMilliseconds()) });
    }
}
