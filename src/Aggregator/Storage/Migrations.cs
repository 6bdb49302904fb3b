using System.Data.Common;
using System.Globalization;
using System.Reflection;
using Dapper;

namespace LinkTracker.Aggregator.Storage;

/// <summary>
/// Brings the tables up to date with the numbered scripts <c>Migrations/0001_….sql</c>. A script that was released is
/// never changed: the next change gets the next number.
/// </summary>
internal static class Migrations
{
    private const string Prefix = "Migrations/";

    /// <summary>Runs the scripts the database does not have yet, all or none of them.</summary>
    /// <exception cref="InvalidDataException">The database is from a newer version.</exception>
    public static void Apply(DbConnection connection)
    {
        using var transaction = connection.BeginTransaction(System.Data.IsolationLevel.Serializable);
        connection.Execute("CREATE TABLE IF NOT EXISTS migrations (number BIGINT NOT NULL PRIMARY KEY)", transaction: transaction);
        var done = connection.ExecuteScalar<long?>("SELECT MAX(number) FROM migrations", transaction: transaction) ?? 0;
        var scripts = Scripts();
        if (done > scripts[^1].Number)
        {
            throw new InvalidDataException(
                $"The database has the tables of a newer version ({done}, this one knows {scripts[^1].Number}): start the newer version, or restore a backup.");
        }

        foreach (var script in scripts.Where(script => script.Number > done))
        {
            connection.Execute(script.Sql, transaction: transaction);
            connection.Execute("INSERT INTO migrations (number) VALUES (@Number)", script, transaction);
        }

        transaction.Commit();
    }

    private static List<Script> Scripts()
    {
        var assembly = Assembly.GetExecutingAssembly();
        return
        [
            .. assembly.GetManifestResourceNames()
                .Where(name => name.StartsWith(Prefix, StringComparison.Ordinal) && !name.EndsWith(".postgres.sql", StringComparison.Ordinal))
                .Order(StringComparer.Ordinal)
                .Select(name => new Script(
                    long.Parse(name.AsSpan(Prefix.Length, 4), CultureInfo.InvariantCulture), ReadText(assembly, name))),
        ];
    }

    private static string ReadText(Assembly assembly, string name)
    {
        using var reader = new StreamReader(assembly.GetManifestResourceStream(name)!);
        return reader.ReadToEnd();
    }

    private sealed record Script(long Number, string Sql);
}
