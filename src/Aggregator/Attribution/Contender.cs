namespace LinkTracker.Aggregator.Attribution;

/// <summary>A touch that may have a part of a fact's credit, and what has become of it so far.</summary>
/// <param name="bind">What it is inherited from; null for evidence of its own.</param>
/// <param name="weight">Of its credit there, when it is inherited; else 0 until the credit is divided.</param>
internal sealed class Contender(Touch touch, Bind? bind, long weight)
{
    public Touch Touch => touch;

    public Bind? Bind => bind;

    /// <summary>As <see cref="RuleBook.KindOf"/> names it.</summary>
    public string Kind { get; } = RuleBook.KindOf(touch.Method);

    /// <summary>Why it is not credited; null as long as it may be.</summary>
    public string? Lost { get; set; }

    public long Weight { get; set; } = weight;

    /// <summary>Whether both would credit the same partner or, where neither has one, the same link.</summary>
    public bool NamesTheSame(Contender other) => touch.PartnerId is null && other.Touch.PartnerId is null
        ? touch.LinkId == other.Touch.LinkId
        : touch.PartnerId == other.Touch.PartnerId;

    /// <summary>The stronger first: by kind, then the later one. A kind that is not in <paramref name="precedence"/> comes last.</summary>
    public static int Compare(Contender x, Contender y, IReadOnlyList<string> precedence)
    {
        var order = RankOf(x.Kind).CompareTo(RankOf(y.Kind));
        order = order != 0 ? order : TouchOrder.Instance.Compare(y.Touch, x.Touch);
        return order != 0 ? order : x.Touch.Method.CompareTo(y.Touch.Method);

        int RankOf(string kind)
        {
            for (var i = 0; i < precedence.Count; i++)
            {
                if (precedence[i] == kind)
                {
                    return i;
                }
            }

            return precedence.Count;
        }
    }
}
