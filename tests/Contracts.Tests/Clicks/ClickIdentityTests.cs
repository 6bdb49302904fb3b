using FsCheck;
using FsCheck.Fluent;
using LinkTracker.Contracts.Clicks;

namespace LinkTracker.Contracts.Tests.Clicks;

public sealed class ClickIdentityTests
{
    private const long Times = 1L << ClickIdentity.TimeBits;

    private static readonly Arbitrary<ClickIdentity> Any = (
        from time in ArbMap.Default.GeneratorFor<long>()
        from fields in ArbMap.Default.GeneratorFor<ushort>().ArrayOf(3)
        select new ClickIdentity(time, fields[0], fields[1], fields[2])).ToArbitrary();

    [Fact]
    public void Unpacking_gives_what_was_packed_cut_to_the_width_of_the_fields() =>
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(2_000), Prop.ForAll(Any, identity =>
        {
            var cut = new ClickIdentity(
                (((identity.OccurredAtMs - ClickIdentity.EpochMs) % Times + Times) % Times) + ClickIdentity.EpochMs,
                (ushort)(identity.Edge % (1 << ClickIdentity.EdgeBits)),
                (ushort)(identity.Boot % (1 << ClickIdentity.BootBits)),
                identity.Sequence);
            return ClickIdentity.Unpack(identity.Pack()) == cut;
        }));

    [Fact]
    public void A_packed_identity_leaves_48_bits_for_the_check() =>
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(2_000), Prop.ForAll(Any, identity => identity.Pack() >> 80 == 0));

    [Fact]
    public void Fields_do_not_run_into_each_other()
    {
        Assert.Equal(1U, new ClickIdentity(ClickIdentity.EpochMs, 0, 0, 1).Pack());
        Assert.Equal((UInt128)1 << 16, new ClickIdentity(ClickIdentity.EpochMs, 0, 1, 0).Pack());
        Assert.Equal((UInt128)1 << 26, new ClickIdentity(ClickIdentity.EpochMs, 1, 0, 0).Pack());
        Assert.Equal((UInt128)1 << 40, new ClickIdentity(ClickIdentity.EpochMs + 1, 0, 0, 0).Pack());
        Assert.Equal(80, ClickIdentity.TimeBits + ClickIdentity.EdgeBits + ClickIdentity.BootBits + ClickIdentity.SequenceBits);
    }

    [Fact]
    public void The_epoch_is_the_start_of_2026() =>
        Assert.Equal(ClickIdentity.EpochMs, new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero).ToUnixTimeMilliseconds());
}
