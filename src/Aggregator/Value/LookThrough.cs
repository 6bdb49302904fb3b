using LinkTracker.Aggregator.Api;
using LinkTracker.Aggregator.Attribution;
using LinkTracker.Aggregator.Storage;

namespace LinkTracker.Aggregator.Value;

/// <summary>What the referrers of a page would be credited for by another model, beside what they are.</summary>
/// <param name="IsPaid">Whether commissions are paid by it: only when it is the program's own.</param>
/// <param name="Label"><c>paid</c> or <c>not paid</c>, to be shown with the figures.</param>
/// <param name="Customers">How many were looked at, 10,000 at most.</param>
/// <param name="IsComplete">False when there are more.</param>
internal sealed record LookThrough(string Model, bool IsPaid, string Label, int Customers, bool IsComplete, IReadOnlyList<SimulatedPartner> Partners)
{
    private static readonly SimulatedFigures Nothing = new(0, new Dictionary<string, long>());

    /// <returns>Null when no model is asked for.</returns>
    /// <exception cref="ApiError">422 for a model that is none, or together with what a simulation cannot follow.</exception>
    public static LookThrough? Of(Simulator simulator, Session session, ValueScope scope, IReadOnlyList<PartnerValue> partners)
    {
        if (Fields.Given(scope.Request.Model) is not { } model)
        {
            return null;
        }

        Fields.OneOf(model, "model", CreditModel.Last, CreditModel.First, CreditModel.Linear, CreditModel.Position, CreditModel.TimeDecay);
        var program = Fields.Given(scope.Request.ProgramId)
            ?? throw ApiError.Unprocessable("model: needs programId, since each program credits by rules of its own.");
        if (scope.Currency is not null || scope.Country is not null)
        {
            throw ApiError.Unprocessable("model: looks at all sales of the time; leave currency and country out.");
        }

        // What the program pays by comes first, and is the only one when it is asked for.
        var answer = simulator.Run(
            session, program, new SimulationRequest { Models = [model], Start = Fields.Time(scope.FromMs), End = Fields.Time(scope.ToMs) });
        var tried = answer.Models[^1];
        var credited = tried.Partners.Where(partner => partner.PartnerId is not null).ToDictionary(partner => partner.PartnerId!);
        return new LookThrough(
            model, tried.Paid, tried.Paid ? "paid" : "not paid", answer.Customers, answer.IsComplete,
            [.. partners.Select(partner => credited.GetValueOrDefault(partner.PartnerId) ?? new SimulatedPartner(partner.PartnerId, Nothing, Nothing))]);
    }
}
