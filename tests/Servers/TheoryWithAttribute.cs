using Xunit;

namespace LinkTracker.Servers;

/// <summary>A theory that needs programs or servers which may be missing; see <see cref="FactWithAttribute"/>.</summary>
public sealed class TheoryWithAttribute : TheoryAttribute
{
    public TheoryWithAttribute(params Need[] needs)
    {
        Needs = needs;
        Skip = Servers.Needs.Missing(needs);
    }

    public IReadOnlyList<Need> Needs { get; }
}
