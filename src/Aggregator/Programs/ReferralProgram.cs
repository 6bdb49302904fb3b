namespace LinkTracker.Aggregator.Programs;

/// <summary>A set of rules under which people refer others.</summary>
/// <param name="Currency">ISO 4217, lower case: what its rewards are in.</param>
/// <param name="IsTest">Nothing of it is in any total.</param>
/// <param name="Versions">In the order of their numbers; the first holds since ever.</param>
internal sealed record ReferralProgram(long Id, string Name, string Currency, bool IsTest, IReadOnlyList<ProgramVersion> Versions)
{
    /// <summary>
    /// The version by which something is judged that happened at this time: the highest number that holds by then. A plan that a later version
    /// got ahead of never holds.
    /// </summary>
    public ProgramVersion At(long occurredAtMs)
    {
        for (var i = Versions.Count - 1; i > 0; i--)
        {
            if (Versions[i].ValidFromMs <= occurredAtMs)
            {
                return Versions[i];
            }
        }

        return Versions[0];
    }
}

/// <param name="Number">From 1.</param>
/// <param name="ValidFromMs">Unix milliseconds. One that begins before versions of lower numbers takes their place.</param>
internal sealed record ProgramVersion(int Number, long ValidFromMs, ProgramRules Rules);

/// <summary>Every program of the installation.</summary>
internal sealed record ProgramSet(ReferralProgram Default, IReadOnlyDictionary<long, ReferralProgram> ById)
{
    /// <param name="id">Null: the default one.</param>
    public ReferralProgram Of(long? id) => id is { } known ? ById[known] : Default;
}
