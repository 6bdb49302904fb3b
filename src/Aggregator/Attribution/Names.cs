namespace LinkTracker.Aggregator.Attribution;

/// <summary>How methods and kinds stand in the database and in answers.</summary>
internal static class Names
{
    private static readonly string[] Methods = [.. Enum.GetNames<Method>().Select(name => name.ToLowerInvariant())];
    private static readonly string[] Kinds = [.. Enum.GetNames<FactKind>().Select(name => name.ToLowerInvariant())];

    public static string Of(Method method) => Methods[(int)method];

    public static string Of(FactKind kind) => Kinds[(int)kind];

    public static Method MethodOf(string name) => (Method)IndexOf(Methods, name);

    public static FactKind KindOf(string name) => (FactKind)IndexOf(Kinds, name);

    private static int IndexOf(string[] names, string name) => Array.IndexOf(names, name) is >= 0 and var index
        ? index
        : throw new InvalidOperationException($"{name} is none of {string.Join(", ", names)}.");
}
