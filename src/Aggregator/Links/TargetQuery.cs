namespace LinkTracker.Aggregator.Links;

/// <summary>Reads and sets single parameters in the query of a target, and leaves every other character as it is.</summary>
internal static class TargetQuery
{
    /// <summary>The first value of the parameter, decoded; null when it is not there.</summary>
    public static string? Get(string url, string name)
    {
        var (_, query, _) = Split(url);
        var pair = query.Split('&').FirstOrDefault(pair => NameOf(pair) == name);
        return pair is null ? null : Decode(pair.Split('=', 2) is [_, var value] ? value : "");
    }

    /// <summary>The url with the parameter set to the value, in its old place if it has one; null removes it.</summary>
    public static string Set(string url, string name, string? value)
    {
        var (path, query, fragment) = Split(url);
        var pairs = query.Length == 0 ? [] : query.Split('&').ToList();
        var at = pairs.FindIndex(pair => NameOf(pair) == name);
        pairs.RemoveAll(pair => NameOf(pair) == name);
        if (value is not null)
        {
            pairs.Insert(at < 0 ? pairs.Count : at, $"{name}={Uri.EscapeDataString(value)}");
        }

        return path + (pairs.Count == 0 ? "" : "?" + string.Join('&', pairs)) + fragment;
    }

    private static (string Path, string Query, string Fragment) Split(string url)
    {
        var hash = url.IndexOf('#', StringComparison.Ordinal);
        var (front, fragment) = hash < 0 ? (url, "") : (url[..hash], url[hash..]);
        var mark = front.IndexOf('?', StringComparison.Ordinal);
        return mark < 0 ? (front, "", fragment) : (front[..mark], front[(mark + 1)..], fragment);
    }

    private static string NameOf(string pair) => Decode(pair.Split('=')[0]);

    private static string Decode(string text) => Uri.UnescapeDataString(text.Replace('+', ' '));
}
