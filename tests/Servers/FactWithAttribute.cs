using Xunit;

namespace LinkTracker.Servers;

/// <summary>A fact that needs programs or servers which may be missing; it is skipped by their name, never silently passed.</summary>
public sealed class FactWithAttribute : FactAttribute
{
    public FactWithAttribute(params Need[] needs)
    {
        Needs = needs;
        Skip = Servers.Needs.Missing(needs);
    }

    public IReadOnlyList<Need> Needs { get; }
}
