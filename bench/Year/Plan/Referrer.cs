namespace LinkTracker.Year.Plan;

/// <summary>Somebody who shares links of one program; on the wire a partner.</summary>
/// <param name="isGold">Whether it joins <see cref="Telecom.Gold"/> in the end.</param>
internal sealed class Referrer(int index, ProgramTerms program, bool isGold)
{
    public int Index => index;

    public ProgramTerms Program => program;

    public bool IsGold => isGold;

    public string Name => $"Referrer {Index}";

    /// <summary>In the names of figures.</summary>
    public string Label => $"referrer {Index:00000}";

    public string Email => $"referrer{Index}@people.example";

    public List<SharedLink> Links { get; } = [];
}

/// <summary>A link of a referrer, one for each channel. Its key is also what customers type.</summary>
internal sealed record SharedLink(int Index, Referrer Referrer, string Channel)
{
    public string Key => $"r{Referrer.Index}-{Channel}";

    public ProgramTerms Program => Referrer.Program;
}

/// <summary>A click, whose token is minted as the Edge mints it.</summary>
/// <param name="Sequence">Makes its token another than that of a click in the same millisecond.</param>
internal sealed record Click(SharedLink Link, long AtMs, ushort Sequence);
