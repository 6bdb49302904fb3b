using LinkTracker.Aggregator.Storage;

namespace LinkTracker.Aggregator.Ledger;

/// <summary>
/// Sums postings anew, to compare them with the balances that transactions kept. The sums up to a position are kept in memory and go on from
/// there, so that a reading costs what is new since the last one, and a new process goes over all postings in bounded steps.
/// </summary>
/// <param name="mostAtOnce">Postings that one reading sums.</param>
internal sealed class LedgerAudit(int mostAtOnce = LedgerAudit.MostAtOnce)
{
    public const int MostAtOnce = 50_000;

    private readonly Lock _turn = new();
    private readonly Dictionary<BalanceKey, long> _sums = [];
    private long _checkedTo;
    private long _missing;

    /// <summary>Goes on with the postings that the session sees.</summary>
    public LedgerFound Extend(Session session)
    {
        lock (_turn)
        {
            // :: 1  A store that was put back has fewer than were summed, and so has a reading that began before the last one: from the start.
            var last = session.Counter(SessionLedger.Position);
            if (last < _checkedTo)
            {
                _sums.Clear();
                (_checkedTo, _missing) = (0, 0);
            }

            // :: 2  The next ones.
            var to = Math.Min(last, _checkedTo + mostAtOnce);
            var next = session.Query<PostingRow>(
                "SELECT position, program_id, owner_kind, owner_id, unit, amount, debit, credit FROM postings WHERE position > @from AND position <= @to",
                new { from = _checkedTo, to });
            foreach (var posting in next)
            {
                Add(posting, posting.Debit, -posting.Amount);
                Add(posting, posting.Credit, posting.Amount);
            }

            _missing += to - _checkedTo - next.Count;
            _checkedTo = to;

            // :: 3  Only of the same postings are both sums the same.
            var kept = session.Query<KeptRow>("SELECT program_id, owner_kind, owner_id, account, unit, amount FROM balances").ToDictionary(row => row.Key, row => row.Amount);
            foreach (var key in _sums.Keys)
            {
                kept.TryAdd(key, 0);
            }

            var wrong = to < last ? null : kept.Where(balance => balance.Value != _sums.GetValueOrDefault(balance.Key)).Select(balance => balance.Key).ToList();
            return new LedgerFound(last, to, _missing, kept, wrong);
        }
    }

    private void Add(PostingRow posting, string account, long by)
    {
        var key = BalanceKey.Of(posting, account);
        _sums[key] = checked(_sums.GetValueOrDefault(key) + by);
    }

    private sealed class KeptRow
    {
        public long ProgramId { get; set; }

        public string OwnerKind { get; set; } = "";

        public long OwnerId { get; set; }

        public string Account { get; set; } = "";

        public string Unit { get; set; } = "";

        public long Amount { get; set; }

        public BalanceKey Key => new(ProgramId, OwnerKind, OwnerId, Account, Unit);
    }
}

/// <param name="Postings">Positions that were taken.</param>
/// <param name="Missing">Of those up to <paramref name="CheckedTo"/>.</param>
/// <param name="Kept">All balances, as transactions kept them.</param>
/// <param name="Wrong">Those that are not the sum of their postings; null while not all are summed.</param>
internal sealed record LedgerFound(long Postings, long CheckedTo, long Missing, IReadOnlyDictionary<BalanceKey, long> Kept, IReadOnlyList<BalanceKey>? Wrong);
