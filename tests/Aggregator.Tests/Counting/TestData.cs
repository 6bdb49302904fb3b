using System.Text;
using System.Text.Json;
using LinkTracker.Contracts.Clicks;

namespace LinkTracker.Aggregator.Tests.Counting;

internal static class TestData
{
    public static T Read<T>(string file) => JsonSerializer.Deserialize<T>(
        File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Counting", "Data", file)), JsonSerializerOptions.Web)!;

    /// <summary>A user agent as the Aggregator gets it: the Edge keeps no more of it.</summary>
    public static string AsRecorded(string userAgent)
    {
        var bytes = Encoding.UTF8.GetBytes(userAgent);
        return Encoding.UTF8.GetString(bytes.AsSpan(0, Math.Min(bytes.Length, ClickCodec.MaxUserAgent)));
    }
}

internal sealed record MeasuredBrowser(string UserAgent, string DeviceCategory, string Platform);
