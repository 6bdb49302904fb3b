using System.ComponentModel.DataAnnotations;
using LinkTracker.Aggregator.Programs;

namespace LinkTracker.Aggregator.Fraud;

/// <summary>Rules to be tried on history.</summary>
internal sealed class FraudPreviewRequest
{
    /// <summary>Modes and thresholds by the rules' codes; the others are as they were.</summary>
    [Required]
    public Dictionary<string, FraudRule>? Rules { get; set; }

    /// <summary>How far back, 1 to 90; 90 when left out.</summary>
    public int? Days { get; set; }
}

/// <param name="Commissions">That were looked at.</param>
internal sealed record PreviewAnswer(string ProgramId, string From, string To, long Commissions, IReadOnlyList<PreviewedRule> Rules);

/// <param name="State">As of <see cref="RuleResponse.State"/>.</param>
/// <param name="Conversions">On which it would have fired.</param>
/// <param name="Partners">Whose they are.</param>
/// <param name="Commissions">For those conversions.</param>
/// <param name="Earnings">Of these commissions, by their units.</param>
/// <param name="Modes">How many conversions it would have flagged, held and so on.</param>
/// <param name="Examples">The newest, 20 at most.</param>
internal sealed record PreviewedRule(
    string Rule, string Mode, long? Threshold, int? Minutes, string State, long Conversions, long Partners, long Commissions,
    IReadOnlyDictionary<string, long> Earnings, IReadOnlyDictionary<string, long> Modes, IReadOnlyList<PreviewedSignal> Examples);

internal sealed record PreviewedSignal(string ConversionId, string PartnerId, string Mode, string Evidence);
