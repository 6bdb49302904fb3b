using LinkTracker.Aggregator.Api;

namespace LinkTracker.Aggregator.Analytics;

/// <summary>Which of the events to answer.</summary>
internal sealed record EventPage(int Limit, int Offset, bool NewestFirst)
{
    private const int MaxLimit = 1_000;

    // All events up to the page are held in memory while it is made.
    private const int MaxEnd = 100_000;

    /// <summary>Number of events on this page and those before it.</summary>
    public int End => Offset + Limit;

    public static EventPage Of(EventsRequest request)
    {
        var limit = (int)Fields.Between(request.Limit ?? 100, "limit", 1, MaxLimit);
        var page = (int)Fields.Between(request.Page ?? 1, "page", 1, MaxEnd);
        if ((long)page * limit > MaxEnd)
        {
            throw ApiError.Unprocessable($"page: only the first {MaxEnd} events can be paged through; ask for a shorter time with start and end.");
        }

        if (!string.IsNullOrEmpty(request.SortBy))
        {
            Fields.OneOf(request.SortBy, "sortBy", "timestamp");
        }

        var order = request.SortOrder ?? request.Order;
        return new EventPage(limit, (page - 1) * limit, Fields.OneOf(string.IsNullOrEmpty(order) ? "desc" : order, "sortOrder", "desc", "asc") == "desc");
    }
}
