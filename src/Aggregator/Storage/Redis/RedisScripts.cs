using System.Reflection;

namespace LinkTracker.Aggregator.Storage.Redis;

/// <summary>The scripts beside this file. Each works within one slot, sees nothing change under it, and declares all of its keys.</summary>
internal static class RedisScripts
{
    public static string Apply { get; } = Load("apply");

    public static string Begin { get; } = Load("begin");

    public static string Read { get; } = Load("read");

    public static string Sweep { get; } = Load("sweep");

    private static string Load(string name)
    {
        using var stream = Assembly.GetExecutingAssembly().GetManifestResourceStream($"Redis/{name}.lua")!;
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }
}
