using LinkTracker.Edge.Clicks;

namespace LinkTracker.Cluster;

/// <summary>What it costs to read every click of an Edge's log, and to do nothing with it.</summary>
internal static class LogReading
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(5);

    public static async Task<Sample> MeasureAsync(ClickLog log, int clicks)
    {
        using var deadline = new CancellationTokenSource(Limit);
        var meter = Meter.Start();
        var read = 0;
        await foreach (var slice in log.Source.ReadAsync([], deadline.Token))
        {
            foreach (var entry in slice)
            {
                read += entry.Click.IsEmpty ? 0 : 1;
            }

            if (read >= clicks)
            {
                break;
            }
        }

        var sample = meter.Read(clicks);
        Demand.Holds(read == clicks, $"{read} of {clicks} clicks were read");
        return sample;
    }
}
