namespace LinkTracker.Edge.Tests.Links;

public sealed class LinkRenewalTests : IDisposable
{
    private const string Long = "Campaign-Of-A-Partner-With-A-Long-Name";

    private readonly TableProbe _links = new();

    public void Dispose() => _links.Dispose();

    [Fact]
    public void What_the_source_does_not_tell_again_redirects_until_the_end_and_is_gone_then()
    {
        foreach (var key in new[] { "told", "untold", "Bent-Key", Long, Long + "-2" })
        {
            _ = _links.Has(key);
            _ = _links.Has(key, domain: "other.example.org");
        }

        _links.Table.BeginRenewal();
        Assert.True(_links.Has("told", "https://new.example/"));
        Assert.True(_links.Has(Long));
        Assert.True(_links.Has("new"));
        Assert.Equal("https://shop.example.com/", _links.Find("untold"));

        Assert.Equal(8, _links.Table.EndRenewal());

        Assert.Equal(3, _links.Table.Count);
        Assert.Equal(("https://new.example/", "https://shop.example.com/"), (_links.Find("told"), _links.Find("new")));
        Assert.NotNull(_links.Find(Long));
        Assert.NotNull(_links.Find("campaignofapartnerwithalongname"));
        foreach (var key in new[] { "untold", "Bent-Key", "bentkey", Long + "-2" })
        {
            Assert.Null(_links.Find(key));
        }

        Assert.Null(_links.Find("told", "other.example.org"));
    }

    [Fact]
    public void What_was_deleted_during_the_renewal_stays_deleted_and_a_renewal_ends_once()
    {
        _ = _links.Has("a");
        _ = _links.Has("b");
        _links.Table.BeginRenewal();
        _ = _links.Has("a");
        _ = _links.Loses("a");
        _ = _links.Has("b");

        Assert.Equal(0, _links.Table.EndRenewal());
        Assert.Null(_links.Table.EndRenewal());
        Assert.Null(_links.Find("a"));
        Assert.NotNull(_links.Find("b"));
    }

    [Fact]
    public void Versions_begin_anew_and_no_snapshot_is_written_of_a_mixture()
    {
        using var rig = new SnapshotRig();
        _ = _links.Has("a");
        _links.Table.MarkLoaded();
        _links.Table.BeginRenewal();
        Assert.Equal(0, _links.Table.Version);
        using var snapshots = rig.Over(_links.Table);
        _ = _links.Has("b");
        Assert.False(snapshots.Save(CancellationToken.None));

        _ = _links.Table.EndRenewal();
        Assert.True(snapshots.Save(CancellationToken.None));
    }

    [Fact]
    public void A_snapshot_of_another_source_is_no_reason_to_wait_with_the_first_of_this_one()
    {
        using var rig = new SnapshotRig();
        _ = _links.Has("a");
        _ = _links.Has("b");
        _links.Table.MarkLoaded();
        using var snapshots = rig.Over(_links.Table);
        Assert.True(snapshots.Save(CancellationToken.None));

        _links.Table.BeginRenewal();
        _ = _links.Table.Apply(new Contracts.Links.LinkChange(1, TableProbe.Domain, "a", null));
        _ = _links.Table.EndRenewal();
        Assert.False(snapshots.Save(CancellationToken.None));
        rig.Source.Name = "installation 2";
        Assert.True(snapshots.Save(CancellationToken.None));
    }
}
