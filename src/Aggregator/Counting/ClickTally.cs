namespace LinkTracker.Aggregator.Counting;

/// <summary>Numbers of clicks. Always <c>Raw = Valid + Head + Prefetch + LinkPreview + Bot + Duplicate</c>.</summary>
internal record struct ClickTally
{
    public long Raw { get; set; }

    public long Valid { get; set; }

    /// <summary>Valid clicks that were the first of their visitor on their link in a UTC day.</summary>
    public long Unique { get; set; }

    public long Head { get; set; }

    public long Prefetch { get; set; }

    public long LinkPreview { get; set; }

    public long Bot { get; set; }

    public long Duplicate { get; set; }

    public void Add(Disposition disposition, bool unique)
    {
        Raw++;
        switch (disposition)
        {
            case Disposition.Valid:
                Valid++;
                Unique += unique ? 1 : 0;
                break;
            case Disposition.Head:
                Head++;
                break;
            case Disposition.Prefetch:
                Prefetch++;
                break;
            case Disposition.LinkPreview:
                LinkPreview++;
                break;
            case Disposition.Bot:
                Bot++;
                break;
            case Disposition.Duplicate:
                Duplicate++;
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(disposition), disposition, null);
        }
    }

    /// <exception cref="OverflowException">A number does not fit 63 bits: refused, never wrapped.</exception>
    public void Add(in ClickTally other)
    {
        checked
        {
            Raw += other.Raw;
            Valid += other.Valid;
            Unique += other.Unique;
            Head += other.Head;
            Prefetch += other.Prefetch;
            LinkPreview += other.LinkPreview;
            Bot += other.Bot;
            Duplicate += other.Duplicate;
        }
    }
}
