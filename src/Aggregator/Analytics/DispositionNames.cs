using LinkTracker.Aggregator.Api;
using LinkTracker.Aggregator.Counting;

namespace LinkTracker.Aggregator.Analytics;

/// <summary>Dispositions as they stand on the wire.</summary>
internal static class DispositionNames
{
    private static readonly string[] Names = ["valid", "head", "prefetch", "link_preview", "bot", "duplicate"];

    public static string Of(Disposition disposition) => Names[(int)disposition];

    /// <summary>The one asked for, valid unless given; null for all.</summary>
    public static Disposition? Parse(string? text)
    {
        var name = string.IsNullOrEmpty(text) ? Names[0] : Fields.OneOf(text, "disposition", ["all", .. Names]);
        return name == "all" ? null : (Disposition)Array.IndexOf(Names, name);
    }
}
