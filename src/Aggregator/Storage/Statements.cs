namespace LinkTracker.Aggregator.Storage;

/// <summary>How the statements of one transaction get to its engine. They run in the order in which they are given.</summary>
internal abstract class Statements
{
    /// <summary>The rows of a query, which runs at the latest when they are looked at. It must be one that gives rows.</summary>
    /// <param name="arguments">By name. Arrays are for <see cref="SqlEngine.In"/>.</param>
    public abstract Lazy<IReadOnlyList<T>> Ask<T>(string sql, params ReadOnlySpan<(string Name, object? Value)> arguments);

    /// <summary>Runs the statement for each row, at the latest before the transaction is committed.</summary>
    /// <param name="names">The statement's parameters.</param>
    /// <param name="rows">Their values, in the order of the names.</param>
    public abstract void Later(string sql, IReadOnlyList<string> names, IEnumerable<object?[]> rows);

    /// <summary>As <see cref="Later"/>, at once.</summary>
    /// <returns>How many rows of the database were changed.</returns>
    public abstract int Execute(string sql, IReadOnlyList<string> names, IEnumerable<object?[]> rows);

    /// <summary>Runs what waits.</summary>
    public abstract void Finish();
}
