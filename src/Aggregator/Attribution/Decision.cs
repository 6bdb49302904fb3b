using System.Text.Json.Serialization;

namespace LinkTracker.Aggregator.Attribution;

/// <param name="Weight">Its share is this by the sum of the weights of all credits; more than 0.</param>
internal sealed record Credit(Touch Touch, long Weight);

/// <summary>One touch that was looked at.</summary>
/// <param name="Lost">Why it is not credited; null for what is.</param>
/// <param name="Weight">Of its credit; 0 for what is not credited.</param>
/// <param name="Via">The fact whose credit is inherited here; null for evidence of its own.</param>
internal sealed record Candidate(
    Touch Touch,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Lost = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)] long Weight = 0,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] long? Via = null);

/// <summary>Who is credited for a fact, and why others are not: enough to explain it and to check it.</summary>
/// <param name="ProgramId">Whose rules decided; null when nobody is credited.</param>
/// <param name="RuleVersion">Of the program that decided; else of the one that the request named, or of the default one.</param>
/// <param name="Model">By which the touches share; credit that is inherited stays divided as it was.</param>
/// <param name="Candidates">What is credited from the oldest to the newest, then what is not, the strongest first.</param>
/// <param name="IsConflict">Weaker evidence names somebody else.</param>
internal sealed record Decision(
    long FactId, long OccurredAtMs, long? ProgramId, int RuleVersion, string Model, IReadOnlyList<Candidate> Candidates, bool IsConflict)
{
    /// <summary>From the oldest touch to the newest; empty when nobody is credited.</summary>
    [JsonIgnore]
    public IReadOnlyList<Credit> Credits { get; } =
        [.. Candidates.TakeWhile(candidate => candidate.Lost is null).Select(candidate => new Credit(candidate.Touch, candidate.Weight))];
}
