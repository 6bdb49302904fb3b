using LinkTracker.Aggregator.Storage;

namespace LinkTracker.Aggregator.Value;

/// <summary>
/// Sums credits anew, to compare them with the totals that transactions kept: referrers first, then links, some at each reading. After the last one it
/// begins again. Both are of one snapshot, so whoever is being credited meanwhile is no difference.
/// </summary>
/// <param name="mostAtOnce">Referrers and links that one reading compares.</param>
internal sealed class CreditAudit(int mostAtOnce = CreditAudit.MostAtOnce)
{
    public const int MostAtOnce = 200;

    private static readonly (string Kind, string Column)[] Owners = [(CreditTotal.Partner, "partner_id"), (CreditTotal.Link, "link_id")];

    private readonly Lock _turn = new();
    private readonly HashSet<(string Kind, long Id)> _wrong = [];
    private int _at;
    private long _after = long.MinValue;
    private long _compared;
    private long? _owners;

    /// <summary>Goes on with those that the session sees.</summary>
    public CreditsFound Extend(Session session)
    {
        lock (_turn)
        {
            for (var left = mostAtOnce; left > 0;)
            {
                // :: 1  The next ones: who has credits, or totals.
                var (kind, column) = Owners[_at];
                var ids = Next(session, kind, column, left);
                left -= ids.Length;
                _compared += ids.Length;
                Compare(session, kind, column, ids);
                if (left == 0)
                {
                    _after = ids[^1];
                    break;
                }

                // :: 2  There are no more of these: the others, and a reading does not begin again by itself.
                (_at, _after) = ((_at + 1) % Owners.Length, long.MinValue);
                if (_at == 0)
                {
                    (_owners, _compared) = (_compared, 0);
                    break;
                }
            }

            return new CreditsFound(_owners, _owners is null ? null : _wrong.Count);
        }
    }

    private void Compare(Session session, string kind, string column, long[] ids)
    {
        if (ids.Length == 0)
        {
            return;
        }

        var kept = session.Query<CreditTotal>($"SELECT * FROM credit_totals WHERE owner_kind = @kind AND {session.In("owner_id", "ids")}", new { kind, ids });
        var summed = session.Query<CreditTotal>(Sums(session, column), new { ids });
        var differ = Nonzero(kept).Except(Nonzero(summed)).Concat(Nonzero(summed).Except(Nonzero(kept))).Select(total => total.Id).ToHashSet();
        foreach (var id in ids)
        {
            if (differ.Contains(id))
            {
                _wrong.Add((kind, id));
            }
            else
            {
                _wrong.Remove((kind, id));
            }
        }
    }

    // What was taken back whole leaves a row of zeros.
    private static IEnumerable<(long Id, string Currency, (long, long, long, long, long) Sums)> Nonzero(IEnumerable<CreditTotal> totals) =>
        totals.Where(total => total.Sums != default).Select(total => (total.OwnerId, total.Currency, total.Sums));

    private long[] Next(Session session, string kind, string column, int most) =>
    [
        .. session.Query<long>(
            $"""
            SELECT * FROM (SELECT DISTINCT {column} AS id FROM credits WHERE {column} IS NOT NULL AND {column} > @after ORDER BY {column} LIMIT @most) AS credited
            UNION SELECT * FROM (SELECT DISTINCT owner_id FROM credit_totals WHERE owner_kind = @kind AND owner_id > @after ORDER BY owner_id LIMIT @most) AS kept
            ORDER BY 1 LIMIT @most
            """,
            new { kind, after = _after, most }),
    ];

    private static string Sums(Session session, string column) =>
        $"""
        SELECT owner_id, currency, SUM(leads) AS leads, SUM(customers) AS customers, SUM(sales) AS sales, SUM(amount) AS amount, SUM(refunded) AS refunded
        FROM (
            SELECT owner_id, COALESCE(currency, '') AS currency, CASE WHEN kind = 'lead' THEN quantity ELSE 0 END AS leads, 0 AS customers,
                   CASE WHEN kind = 'sale' THEN 1 ELSE 0 END AS sales, amount, refunded
            FROM (SELECT c.{column} AS owner_id, v.id, v.kind, v.quantity, v.currency, SUM(c.amount) AS amount, SUM(c.refunded) AS refunded
                  FROM credits c JOIN conversions v ON v.id = c.conversion_id
                  WHERE {session.In("c." + column, "ids")} AND v.kind IN ('lead', 'sale') AND v.is_test = 0
                  GROUP BY c.{column}, v.id, v.kind, v.quantity, v.currency) AS once
            UNION ALL
            SELECT c.{column}, '', 0, COUNT(DISTINCT v.customer_id), 0, 0, 0
            FROM credits c JOIN conversions v ON v.id = c.conversion_id
            WHERE {session.In("c." + column, "ids")} AND v.kind = 'sale' AND v.is_test = 0 GROUP BY c.{column}) AS parts
        GROUP BY owner_id, currency
        """;
}

/// <param name="Owners">Referrers and links with credits, when all were compared last; null until they were.</param>
/// <param name="Wrong">Those whose totals were not the sums of their credits when they were compared last; null until all were.</param>
internal sealed record CreditsFound(long? Owners, long? Wrong);
