using LinkTracker.Aggregator.Storage;

namespace LinkTracker.Aggregator.Conversions;

/// <summary>What the first requests with the business keys of a batch got: those that are stored, and those of the batch itself.</summary>
internal sealed class FirstAnswers
{
    private static readonly string[] ConflictColumns = ["by", "key"];

    private readonly RequestHashes _hashes;
    private readonly IntakeCounts _counts;
    private readonly Lazy<IReadOnlyList<ConversionRow>> _conversions;
    private readonly Lazy<IReadOnlyList<AdjustmentRow>> _adjustments;
    private readonly Lazy<Dictionary<string, FirstAnswer>> _retired;
    private readonly Lazy<Dictionary<string, FirstAnswer>> _answers;
    private readonly Dictionary<string, long> _conflicts = [];

    /// <summary>Asks for them.</summary>
    /// <param name="counts">Of repeats and conflicts.</param>
    public FirstAnswers(Session session, IntakeNames names, RequestHashes hashes, IntakeCounts counts)
    {
        (_hashes, _counts) = (hashes, counts);
        string[] keys = [.. names.Keys];
        _conversions = keys.Length == 0 ? new([]) : session.Ask<ConversionRow>(
            $"SELECT business_key, kind, answer, request_hash, customer_id FROM conversions WHERE {session.In("business_key", "keys")}", ("keys", keys));
        _adjustments = keys.Length == 0 ? new([]) : session.Ask<AdjustmentRow>(
            $"SELECT * FROM adjustments WHERE {session.In("business_key", "keys")} OR ({session.In("sale_key", "keys")} AND conversion_id IS NULL)", ("keys", keys));
        _retired = RetiredKeys.Ask(session, names.Retired);
        _answers = new(Read);
    }

    /// <summary>Whose conversions the stored answers tell of.</summary>
    public IEnumerable<long> Customers => _conversions.Value.Select(row => row.CustomerId);

    /// <summary>Stored refunds with these keys, or of sales with them, that wait for their sale.</summary>
    public IEnumerable<AdjustmentRow> Waiting => _adjustments.Value.Where(row => row.ConversionId is null);

    /// <summary>
    /// The answer to the first request with this key; null when this is the first. A repeat that says something else is
    /// counted as a conflict and changes nothing more.
    /// </summary>
    public string? Repeat(string? key, RequestHash hash)
    {
        if (key is null || !_answers.Value.TryGetValue(key, out var first))
        {
            return key is null ? null : RepeatOfRetired(key, hash);
        }

        var isConflict = !hash.Is(first.RequestHash);
        _counts.Add(first.Kind + (isConflict ? "_conflicts" : "_repeats"), 1);
        if (isConflict)
        {
            _conflicts[key] = _conflicts.GetValueOrDefault(key) + 1;
        }

        return first.Answer;
    }

    /// <summary>The same, where another body is no repeat.</summary>
    public string? RepeatOfSame(string? key, RequestHash hash) =>
        key is not null && (!_answers.Value.TryGetValue(key, out var first) || hash.Is(first.RequestHash)) ? Repeat(key, hash) : null;

    /// <summary>Repeats of this key get this answer from now on.</summary>
    public void Keep(string? key, FirstAnswer answer)
    {
        if (key is not null)
        {
            _answers.Value.Add(key, answer);
        }
    }

    /// <summary>Stores the conflicts. The answers are stored with what they answer.</summary>
    public void Save(Session session)
    {
        object?[][] rows = [.. _conflicts.Select(conflict => new object?[] { conflict.Value, conflict.Key })];
        session.Later("UPDATE conversions SET conflicts = conflicts + @by WHERE business_key = @key", ConflictColumns, rows);
        session.Later("UPDATE adjustments SET conflicts = conflicts + @by WHERE business_key = @key", ConflictColumns, rows);
    }

    // Only of an equal request: who comes by another one under that name is somebody else.
    private string? RepeatOfRetired(string key, RequestHash hash)
    {
        var retired = _retired.Value;
        var first = retired.Count == 0 ? null : _hashes.Retired(key, hash).Select(known => retired.GetValueOrDefault(known)).FirstOrDefault(known => known is not null);
        if (first is not null)
        {
            _counts.Add(first.Kind + "_repeats", 1);
        }

        return first?.Answer;
    }

    private Dictionary<string, FirstAnswer> Read()
    {
        var answers = _conversions.Value.ToDictionary(
            row => row.BusinessKey!, row => new FirstAnswer(row.Kind == "deferred" ? "lead" : row.Kind, row.Answer, row.RequestHash, row.CustomerId));
        foreach (var row in _adjustments.Value)
        {
            answers.Add(row.BusinessKey, new FirstAnswer("refund", row.Answer, row.RequestHash, null));
        }

        return answers;
    }
}
