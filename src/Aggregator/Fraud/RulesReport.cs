using LinkTracker.Aggregator.Fraud.Lists;
using LinkTracker.Aggregator.Programs;
using LinkTracker.Aggregator.Storage;

namespace LinkTracker.Aggregator.Fraud;

/// <summary>How the rules of a program are set, whether they can judge, and how often people saw it otherwise.</summary>
internal sealed class RulesReport(FraudLists lists, TimeProvider clock)
{
    public IReadOnlyList<RuleResponse> Of(Session session, ReferralProgram program)
    {
        var cases = session.Query<(string Rule, string Status, long Count)>(
            "SELECT rule, status, COUNT(*) FROM fraud_cases WHERE program_id = @Id GROUP BY rule, status", new { program.Id })
            .ToDictionary(row => (row.Rule, row.Status), row => row.Count);
        var skipped = session.Query<(string Rule, long Count)>(
            "SELECT s.rule, COUNT(*) FROM fraud_skips s JOIN commissions m ON m.id = s.commission_id WHERE m.program_id = @Id GROUP BY s.rule", new { program.Id })
            .ToDictionary(row => row.Rule, row => row.Count);
        return [.. FraudRuleBook.Of(program.At(clock.GetUtcNow().ToUnixTimeMilliseconds())).Select(rule =>
        {
            var (code, failure) = (rule.Kind.Code, lists.FailureOf(rule.Kind));
            var (open, confirmed, overturned) = (Count(Cases.CaseStatus.Open), Count(Cases.CaseStatus.Confirmed), Count(Cases.CaseStatus.Dismissed));
            var all = open + confirmed + overturned;
            return new RuleResponse
            {
                Rule = code,
                Description = FraudRuleBook.Words(rule),
                Mode = rule.Mode.Name(),
                Threshold = rule.Kind.MaxThreshold == 0 ? null : rule.Threshold,
                Minutes = rule.Kind.Minutes is null ? null : rule.Minutes,
                State = failure is null ? "available" : "unavailable",
                Reason = failure,
                Skipped = skipped.GetValueOrDefault(code),
                Cases = all,
                Open = open,
                Confirmed = confirmed,
                Overturned = overturned,
                OverturnRate = all == 0 ? 0 : decimal.Round((decimal)overturned / all, 4),
            };

            long Count(string status) => cases.GetValueOrDefault((code, status));
        })];
    }
}
