using System.Data;
using System.Text.Json;
using Dapper;
using Microsoft.Data.Sqlite;

namespace LinkTracker.Aggregator.Storage;

/// <summary>
/// The values of <see cref="SqlEngine.In"/>: an array for a server, and JSON for a file, which knows none. Either way a statement's text is the
/// same for however many, so that it is parsed once.
/// </summary>
internal sealed class ArrayArgument<T> : SqlMapper.TypeHandler<T[]>
{
    public override void SetValue(IDbDataParameter parameter, T[]? value)
    {
        // Dapper made it one of no type; the driver knows that of an array.
        ((System.Data.Common.DbParameter)parameter).ResetDbType();
        parameter.Value = (parameter is SqliteParameter ? ArrayArgument.ForFile(value) : value) ?? DBNull.Value;
    }

    public override T[] Parse(object value) => throw new NotSupportedException("No column holds an array.");
}

internal static class ArrayArgument
{
    /// <summary>The value as a file takes it.</summary>
    public static object? ForFile(object? value) => value is Array array ? JsonSerializer.Serialize(array, array.GetType()) : value;
}
