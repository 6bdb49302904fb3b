namespace LinkTracker.Aggregator.Storage;

/// <summary>What is made once for an installation and never changes.</summary>
/// <param name="ProgramId">The default program's.</param>
internal sealed record Installation(string WorkspaceId, string ProgramId)
{
    /// <summary>The number of the default program.</summary>
    public long DefaultProgram { get; } = EntityId.TryParse(EntityId.Program, ProgramId, out var id)
        ? id
        : throw new InvalidOperationException($"{ProgramId} is not the id of a program.");

    public static Installation Open(Database database, EntityId ids) => database.Write(session => new Installation(
        Keep(session, "workspace_id", EntityId.Format(EntityId.Workspace, ids.Next())),
        Keep(session, "program_id", EntityId.Format(EntityId.Program, ids.Next()))));

    private static string Keep(Session session, string name, string made)
    {
        session.Execute("INSERT INTO installation (name, value) VALUES (@name, @made) ON CONFLICT (name) DO NOTHING", new { name, made });
        return session.First<string>("SELECT value FROM installation WHERE name = @name", new { name })!;
    }
}
