namespace LinkTracker.Aggregator.Attribution;

/// <summary>From the oldest touch to the newest. The keys behind the time only make ties come out the same in every order of arrival.</summary>
internal sealed class TouchOrder : IComparer<Touch>
{
    public static readonly TouchOrder Instance = new();

    public int Compare(Touch? x, Touch? y)
    {
        var (a, b) = (x!, y!);
        var order = a.AtMs.CompareTo(b.AtMs);
        order = order != 0 ? order : Nullable.Compare(a.LinkId, b.LinkId);
        order = order != 0 ? order : string.CompareOrdinal(a.ClickToken, b.ClickToken);
        order = order != 0 ? order : Nullable.Compare(a.PartnerId, b.PartnerId);
        order = order != 0 ? order : Nullable.Compare(a.ProgramId, b.ProgramId);
        return order != 0 ? order : string.CompareOrdinal(a.Refusal, b.Refusal);
    }
}
