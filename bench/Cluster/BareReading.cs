using LinkTracker.Contracts.Clicks;

namespace LinkTracker.Cluster;

/// <summary>What it costs to read every click of the slices, and to do nothing with it.</summary>
internal static class BareReading
{
    public const string Name = "bare consumer";

    public static async Task<Sample> MeasureAsync(ClickTopic topic, int clicks)
    {
        var read = new long[ClickTopic.Partitions];
        var meter = Meter.Start();
        await topic.ReadAsync(partition => slice => read[partition] += Valid(slice));
        var sample = meter.Read(clicks);
        Demand.Holds(read.Sum() == clicks, $"{read.Sum()} of {clicks} clicks were read");
        return sample;
    }

    private static int Valid(ClickSlice slice)
    {
        var valid = 0;
        foreach (var entry in slice)
        {
            valid += ClickCodec.TryRead(entry.Click, out var click) && click.Token.LinkId > 0 ? 1 : 0;
        }

        return valid;
    }
}
