using LinkTracker.Aggregator.Conversions;

namespace LinkTracker.Aggregator.Tests.Conversions;

public class EventSlugTests
{
    [Theory]
    [InlineData("Sign up", "sign-up")]
    [InlineData("  SIGN -- UP! ", "sign-up")]
    [InlineData("Trial 14d", "trial-14d")]
    [InlineData("Größe", "größe")]
    [InlineData("登録", "登録")]
    [InlineData("!!!", "!!!")]
    public void Names_that_differ_in_signs_and_case_are_one(string name, string slug) => Assert.Equal(slug, EventSlug.Of(name));
}
