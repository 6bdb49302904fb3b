using System.Text.Json.Nodes;
using LinkTracker.Aggregator.Programs;

namespace LinkTracker.Aggregator.Attribution;

/// <summary>What to try over the stored history.</summary>
internal sealed class SimulationRequest
{
    /// <summary>Models to try; null: all, or only that of <see cref="Attribution"/> when it is sent.</summary>
    public string[]? Models { get; set; }

    /// <summary>Rules to try; a field that is left out is as in the program's newest version. Null: the program's own rules of each day.</summary>
    public JsonObject? Attribution { get; set; }

    /// <summary>ISO 8601: conversions from then on. Null: 90 days before the end.</summary>
    public string? Start { get; set; }

    /// <summary>ISO 8601: conversions before that. Null: now.</summary>
    public string? End { get; set; }

    /// <summary>The most customers to look at, 1 to 50000.</summary>
    public int? Limit { get; set; }
}

/// <param name="Customers">How many were looked at: those with a conversion in the period.</param>
/// <param name="IsComplete">False when there are more than the limit.</param>
/// <param name="Models">First the rules that the program pays by, then what was tried.</param>
internal sealed record SimulationAnswer(string ProgramId, string Start, string End, int Customers, bool IsComplete, IReadOnlyList<SimulatedModel> Models);

/// <param name="Paid">Whether commissions are paid by it. Only the first is; nothing of the others is ever posted.</param>
/// <param name="Rules">Of today, where the program's own rules of each day were followed.</param>
internal sealed record SimulatedModel(string Model, bool Paid, AttributionRules Rules, SimulatedFigures Unattributed, IReadOnlyList<SimulatedPartner> Partners);

/// <param name="Conversions">Leads, sales and events.</param>
/// <param name="Amounts">Gross, minor units by currency.</param>
internal sealed record SimulatedFigures(long Conversions, IReadOnlyDictionary<string, long> Amounts);

/// <param name="PartnerId">Null: links without a partner.</param>
/// <param name="Credited">Conversions of which it has a part, and its parts of amounts.</param>
/// <param name="Difference">That less what it has by the rules that are paid by.</param>
internal sealed record SimulatedPartner(string? PartnerId, SimulatedFigures Credited, SimulatedFigures Difference);
