namespace LinkTracker.Aggregator.Storage;

/// <summary>What is made once for an installation and never changes. There is one workspace and one program.</summary>
internal sealed record Installation(string WorkspaceId, string ProgramId)
{
    public static Installation Open(Database database, EntityId ids) => database.Write(session => new Installation(
        Keep(session, "workspace_id", EntityId.Format(EntityId.Workspace, ids.Next())),
        Keep(session, "program_id", EntityId.Format(EntityId.Program, ids.Next()))));

    private static string Keep(Session session, string name, string made)
    {
        session.Execute("INSERT INTO installation (name, value) VALUES (@name, @made) ON CONFLICT (name) DO NOTHING", new { name, made });
        return session.First<string>("SELECT value FROM installation WHERE name = @name", new { name })!;
    }
}
