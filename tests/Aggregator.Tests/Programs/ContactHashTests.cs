using LinkTracker.Aggregator.Programs;
using LinkTracker.Contracts.Security;

namespace LinkTracker.Aggregator.Tests.Programs;

public class ContactHashTests
{
    private static readonly byte[] Secret = [.. Enumerable.Range(0, 32).Select(i => (byte)i)];
    private static readonly byte[] Next = [.. Enumerable.Range(1, 32).Select(i => (byte)i)];

    [Fact]
    public void An_address_is_one_however_it_is_spelled()
    {
        var hash = new ContactHash(new InstallationKeys(Secret));
        Assert.Equal(hash.OfEmail("ana@example.com"), hash.OfEmail("  ANA@Example.com "));
        Assert.NotEqual(hash.OfEmail("ana@example.com"), hash.OfEmail("anb@example.com"));
    }

    [Fact]
    public void An_address_and_the_same_text_as_an_id_are_two()
    {
        var hash = new ContactHash(new InstallationKeys(Secret));
        Assert.NotEqual(hash.OfEmail("7"), hash.OfExternalId("7"));
        Assert.Equal([hash.OfEmail("a@example.com"), hash.OfExternalId("7")], hash.Of("A@example.com", "7"));
        Assert.Empty(hash.Of(null, " "));
    }

    [Fact]
    public void Without_the_secret_the_hash_is_another()
    {
        Assert.NotEqual(new ContactHash(new InstallationKeys(Secret)).OfEmail("a@example.com"), new ContactHash(new InstallationKeys(Next)).OfEmail("a@example.com"));
    }

    [Fact]
    public void Who_was_named_before_the_secret_was_rotated_is_found()
    {
        var before = new ContactHash(new InstallationKeys(Secret));
        var after = new ContactHash(new InstallationKeys(Next, Secret));
        Assert.Contains(before.OfEmail("a@example.com"), after.Of("a@example.com", null));
        Assert.Equal(after.OfEmail("a@example.com"), after.Of("a@example.com", null)[0]);
    }
}
