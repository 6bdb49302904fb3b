using System.Globalization;
using System.Reflection;
using LinkTracker.ServiceDefaults;

namespace LinkTracker.Aggregator.Storage;

/// <summary>
/// Brings the tables up to date with the numbered scripts <c>Migrations/0001_….sql</c>; one whose name ends in
/// <c>.postgres.sql</c> or <c>.sqlite.sql</c> is for that engine only. A script that was released is never changed: the next change gets the next number.
/// </summary>
internal static class Migrations
{
    private const string Prefix = "Migrations/";

    /// <summary>Runs the scripts the database does not have yet, all or none of them, and returns how many that were.</summary>
    /// <param name="session">A writer's, so that of two processes that start at once the second finds the work done.</param>
    /// <param name="most">The number of the last script to run, for tests of those behind it.</param>
    /// <exception cref="SettingsException">The database is from a newer version.</exception>
    public static int Apply(Session session, SqlEngine engine, long most = long.MaxValue)
    {
        session.Execute("CREATE TABLE IF NOT EXISTS migrations (number BIGINT NOT NULL PRIMARY KEY)");
        var done = session.First<long?>("SELECT MAX(number) FROM migrations") ?? 0;
        var scripts = Scripts(engine.Name);
        if (done > scripts[^1].Number)
        {
            throw new SettingsException(
                $"The database has the tables of a newer version ({done}, this one knows {scripts[^1].Number}): start the newer version, or restore a backup.");
        }

        engine.Prepare(session);
        var missing = scripts.Where(script => script.Number > done && script.Number <= most).ToList();
        foreach (var script in missing)
        {
            session.ExecuteScript(engine.Adapt(script.Sql));
            session.Execute("INSERT INTO migrations (number) VALUES (@Number)", script);
        }

        return missing.Count;
    }

    private static List<Script> Scripts(string engine)
    {
        var assembly = Assembly.GetExecutingAssembly();
        return
        [
            .. assembly.GetManifestResourceNames()
                .Where(name => name.StartsWith(Prefix, StringComparison.Ordinal) && IsFor(engine, name))
                .Order(StringComparer.Ordinal)
                .Select(name => new Script(
                    long.Parse(name.AsSpan(Prefix.Length, 4), CultureInfo.InvariantCulture), ReadText(assembly, name))),
        ];
    }

    /// <summary>Whether the engine of this name runs the script.</summary>
    internal static bool IsFor(string engine, string name) => name.Split('.') switch
    {
        [_, _] => true,
        [_, var only, _] => only == engine,
        _ => throw new InvalidOperationException($"{name} is not the name of a script."),
    };

    private static string ReadText(Assembly assembly, string name)
    {
        using var reader = new StreamReader(assembly.GetManifestResourceStream(name)!);
        return reader.ReadToEnd();
    }

    private sealed record Script(long Number, string Sql);
}
