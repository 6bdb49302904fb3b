using Dapper;

namespace LinkTracker.Aggregator.Api;

/// <summary>A WHERE clause that grows by what was asked for.</summary>
/// <param name="where">What always holds.</param>
internal sealed class Conditions(string where, object arguments)
{
    public string Where { get; private set; } = where;

    public DynamicParameters Arguments { get; } = new(arguments);

    /// <param name="value">Of the argument; nothing is added when it is null.</param>
    public void Add(string condition, string argument, object? value)
    {
        if (value is not null)
        {
            Where += " AND " + condition;
            Arguments.Add(argument, value);
        }
    }

    /// <param name="isAsked">Nothing is added when it is null.</param>
    public void Add(bool? isAsked, string condition) => Where += isAsked switch { null => "", true => $" AND {condition}", false => $" AND NOT ({condition})" };
}
