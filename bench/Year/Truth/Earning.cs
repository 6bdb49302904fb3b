using System.Numerics;
using LinkTracker.Year.Plan;

namespace LinkTracker.Year.Truth;

/// <summary>A reward that a conversion gives, before and after what tiers, caps and refunds make of it.</summary>
/// <param name="Basis">The referrer's part, minor units of the program's currency; 0 for a lead.</param>
/// <param name="Weights">Of all touches with a part, by which a flat reward is divided; one: it is not.</param>
/// <param name="Own">Which of them are the referrer's.</param>
internal sealed record Earning(RewardTerms Rule, Referrer Referrer, Credited For, long Basis, IReadOnlyList<BigInteger> Weights, IReadOnlyList<int> Own)
{
    /// <summary>After caps, before refunds.</summary>
    public long Granted { get; set; }

    /// <summary>What is owed in the end.</summary>
    public long Owed { get; set; }

    public ProgramTerms Program => Referrer.Program;

    public bool IsOfFriend => Rule.Side == "friend";

    public string Unit => Rule.Kind == "credit" ? $"credit:{Program.Currency}" : Program.Currency;

    public long AtMs => For.Told.AtMs;
}
