namespace LinkTracker.Contracts.Links;

/// <summary>The rules of redirect targets, applied once when a link is made, so that answering a click cannot fail.</summary>
public static class TargetUrl
{
    public const int MaxLength = 8_000;

    /// <summary>
    /// Turns a target into the ASCII form that goes into <c>Location</c>: http or https, a host (IDN as punycode), path, query
    /// and fragment percent-encoded. On false, <paramref name="error"/> is a sentence that says what to change.
    /// </summary>
    /// <param name="ownHosts">Hosts (with port) of this installation's short links; a target there could loop.</param>
    public static bool TryCanonicalise(string? text, IReadOnlyCollection<string> ownHosts, out string url, out string error)
    {
        throw new NotSupportedException();
    }
}
