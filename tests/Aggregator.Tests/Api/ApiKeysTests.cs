using LinkTracker.Aggregator.Api;
using LinkTracker.Aggregator.Storage;
using LinkTracker.Aggregator.Tests.Storage;
using LinkTracker.ServiceDefaults;

namespace LinkTracker.Aggregator.Tests.Api;

public class ApiKeysTests
{
    private readonly List<string> _shown = [];

    [Fact]
    public void A_made_key_is_shown_once_and_stored_only_as_its_hash()
    {
        using var file = new TestDatabase(null);
        var made = Open(file.Database);
        var again = Open(file.Database);

        var key = Assert.Single(_shown);
        Assert.StartsWith("dub_", key, StringComparison.Ordinal);
        Assert.True(made.IsValid(key) && again.IsValid(key));
        Assert.False(again.IsValid(key + "x"));
        Assert.DoesNotContain(key, File.ReadAllText(file.Path, System.Text.Encoding.Latin1), StringComparison.Ordinal);
    }

    [Fact]
    public void A_configured_key_replaces_the_made_one_and_is_never_shown()
    {
        using var file = new TestDatabase(null);
        Open(file.Database);
        var made = Assert.Single(_shown);

        var configured = Open(file.Database, "a-key-of-my-own-choice");
        Assert.True(configured.IsValid("a-key-of-my-own-choice"));
        Assert.False(configured.IsValid(made));
        Assert.Single(_shown);
    }

    [Fact]
    public void Without_the_configured_key_a_new_one_is_made()
    {
        using var file = new TestDatabase(null);
        Open(file.Database, "a-key-of-my-own-choice");
        var keys = Open(file.Database);
        Assert.False(keys.IsValid("a-key-of-my-own-choice"));
        Assert.True(keys.IsValid(Assert.Single(_shown)));
    }

    private ApiKeys Open(Database database, string? configured = null) => ApiKeys.Open(
        database, new Settings { AdminKey = configured }, new EntityId(TimeProvider.System), TimeProvider.System, _shown.Add);
}
