namespace LinkTracker.Aggregator.Fraud.Lists;

/// <summary>An entry of a list.</summary>
/// <param name="Number">Of the line in its file, from 1.</param>
internal readonly record struct ListLine(int Number, string Text)
{
    /// <summary>The entries of a file: a line each, without what stands behind <c>#</c>.</summary>
    public static IEnumerable<ListLine> Of(IEnumerable<string> lines) => lines
        .Select((line, i) => new ListLine(i + 1, line.Split('#')[0].Trim()))
        .Where(line => line.Text.Length > 0);

    public FormatException Wrong(string expected) => new($"line {Number} is not {expected}");
}
