namespace LinkTracker.Aggregator.Api;

/// <summary>A part of a list, by number or by the id before or behind it. Lists run from the newest to the oldest.</summary>
/// <param name="After">Only what is older than this id.</param>
/// <param name="Before">Only what is newer than this id: the nearest ones.</param>
internal sealed record Page(long Limit, long Offset, long? After, long? Before)
{
    public const int MaxSize = 100;

    public static Page Of(int? page, int? pageSize, string? startingAfter, string? endingBefore, string idPrefix)
    {
        var size = Fields.Between(pageSize ?? MaxSize, "pageSize", 1, MaxSize);
        var number = Fields.Between(page ?? 1, "page", 1, int.MaxValue);
        var after = Cursor(startingAfter, "startingAfter", idPrefix);
        var before = Cursor(endingBefore, "endingBefore", idPrefix);
        if (after is not null && before is not null)
        {
            throw ApiError.Unprocessable("startingAfter: cannot be used together with endingBefore.");
        }

        return new Page(size, after is null && before is null ? (number - 1) * size : 0, after, before);
    }

    /// <summary>Conditions to add to a WHERE that is not empty.</summary>
    public string Condition(string id) => this switch
    {
        { After: not null } => $" AND {id} < @After",
        { Before: not null } => $" AND {id} > @Before",
        _ => "",
    };

    /// <summary>Order and limit of the query. What was read by <see cref="Before"/> comes out in the wrong order.</summary>
    public string Order(string id) => $" ORDER BY {id} {(Before is null ? "DESC" : "ASC")} LIMIT @Limit OFFSET @Offset";

    /// <summary>Newest first, whichever way they were read.</summary>
    public IReadOnlyList<T> Arrange<T>(IReadOnlyList<T> rows) => Before is null ? rows : [.. rows.Reverse()];

    private static long? Cursor(string? text, string field, string idPrefix)
    {
        if (string.IsNullOrEmpty(text))
        {
            return null;
        }

        return Storage.EntityId.TryParse(idPrefix, text, out var id)
            ? id
            : throw ApiError.Unprocessable($"{field}: must be an id such as {Storage.EntityId.Format(idPrefix, 1)}.");
    }
}
