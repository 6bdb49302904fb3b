using System.Globalization;
using LinkTracker.Aggregator.Api;
using LinkTracker.Aggregator.Storage;

namespace LinkTracker.Aggregator.Counting;

/// <summary>Shows what could not be counted, and has it counted once it can be.</summary>
internal sealed class QuarantineApi(IClickCounts counts, IQuarantineReplay replay)
{
    // In the order of QuarantineKind.
    private static readonly string[] KindNames = ["damage", "click", "record", "hole"];

    public static void Map(IEndpointRouteBuilder routes, IServiceProvider services)
    {
        var api = ActivatorUtilities.CreateInstance<QuarantineApi>(services);
        var group = routes.MapGroup("/quarantine").WithTags("Quarantine");
        group.MapGet("", api.List).WithName("listQuarantine");
        group.MapPost("/replay", api.ReplayAsync).WithName("replayQuarantine");
    }

    private List<QuarantineResponse> List(int? page, int? pageSize)
    {
        var part = Page.Of(page, pageSize, startingAfter: null, endingBefore: null, idPrefix: "");
        return
        [
            .. counts.Quarantine(part.Limit, part.Offset).Select(entry => new QuarantineResponse(
                entry.Id.ToString(CultureInfo.InvariantCulture),
                KindNames[(int)entry.Range.Kind],
                Fields.Time(entry.AtMs),
                new QuarantinePosition(
                    entry.Range.Log.Partition, entry.Range.Log.Edge.ToString("x16", CultureInfo.InvariantCulture), entry.Range.Log.Epoch, entry.Range.From, entry.Range.To),
                entry.Range.Missing,
                entry.Range.Reason,
                entry.Range.Bytes.Length,
                entry.IsReplayable)),
        ];
    }

    private async Task<ReplayAnswer> ReplayAsync(CancellationToken cancellation) => await replay.AskAsync(cancellation)
        ?? throw ApiError.Unavailable("Not every partition has answered in time. The order stands and will be carried out; GET /quarantine shows what is left.");
}

/// <param name="Kind">damage, click, record, or hole.</param>
/// <param name="Count">Clicks lost in it; 0 when nobody knows.</param>
/// <param name="Bytes">How many bytes are kept of it.</param>
/// <param name="Replayable">Whether a replay will try to read it: it is a whole click or record, and its bytes are still kept.</param>
internal sealed record QuarantineResponse(string Id, string Kind, string QuarantinedAt, QuarantinePosition Position, long Count, string Reason, int Bytes, bool Replayable);

/// <summary>Where in which log it stood. Of a record, which is of no known log, the addresses are offsets of the partition.</summary>
/// <param name="Edge">The edge's id in hexadecimal digits.</param>
/// <param name="To">The address behind it.</param>
internal sealed record QuarantinePosition(int Partition, string Edge, ulong Epoch, long From, long To);
