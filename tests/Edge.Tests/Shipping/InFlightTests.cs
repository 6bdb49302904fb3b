using FsCheck;
using FsCheck.Fluent;
using LinkTracker.Contracts.Clicks;
using LinkTracker.Edge.Clicks;
using LinkTracker.Edge.Shipping;

namespace LinkTracker.Edge.Tests.Shipping;

public sealed class InFlightTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("in-flight-").FullName;
    private readonly ShippedFile _file;

    public InFlightTests() => _file = new ShippedFile(_folder, 1, new LogDisk());

    /// <summary>For each slice the number of its records; and in which order they are acknowledged, some of them never.</summary>
    private static readonly Arbitrary<(int[] Records, int Seed, int Lost)> Runs =
        (from records in Gen.Choose(0, 5).ArrayOf() from seed in Gen.Choose(0, int.MaxValue) from lost in Gen.Choose(0, 3) select (records, seed, lost)).ToArbitrary();

    [Fact]
    public void What_is_released_is_the_longest_prefix_whose_records_are_all_acknowledged_whatever_their_order() =>
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(500), Prop.ForAll(Runs, run =>
        {
            var inFlight = new InFlight(TimeProvider.System) { Capacity = int.MaxValue };
            var slices = run.Records.Select((records, i) => Slice(i, records)).ToList();
            slices.ForEach(inFlight.Add);
            var open = slices.SelectMany(slice => Enumerable.Repeat(slice, slice.Left)).ToArray();
            new Random(run.Seed).Shuffle(open);

            var released = new List<OutstandingSlice>(inFlight.TakeAcknowledged());
            Assert.Equal(slices.TakeWhile(slice => slice.Left == 0), released);
            foreach (var slice in open.Skip(run.Lost))
            {
                inFlight.Acknowledge(slice);
                released.AddRange(inFlight.TakeAcknowledged());
                Assert.Equal(slices.TakeWhile(one => one.Left == 0), released);
            }

            return inFlight.Records == Math.Min(run.Lost, open.Length) && slices.Sum(slice => slice.Left) == inFlight.Records;
        }));

    [Fact]
    public void A_record_that_failed_holds_its_slice_and_all_behind_it_for_ever()
    {
        var inFlight = new InFlight(TimeProvider.System) { Capacity = 10 };
        var slices = Enumerable.Range(0, 3).Select(i => Slice(i, 2)).ToList();
        slices.ForEach(inFlight.Add);
        inFlight.Acknowledge(slices[1]);
        inFlight.Fail(new InvalidOperationException("first"));
        inFlight.Fail(new InvalidOperationException("second"));
        foreach (var slice in new[] { slices[0], slices[2], slices[0], slices[2] })
        {
            inFlight.Acknowledge(slice);
        }

        Assert.Equal([slices[0]], inFlight.TakeAcknowledged());
        Assert.Equal(("first", 1), (inFlight.Failure!.Message, inFlight.Records));
    }

    [Fact]
    public void It_is_full_with_as_many_slices_as_it_may_hold_and_takes_the_next_when_the_first_is_acknowledged()
    {
        var inFlight = new InFlight(TimeProvider.System) { Capacity = 2 };
        var slices = Enumerable.Range(0, 2).Select(i => Slice(i, 1)).ToList();
        inFlight.Add(slices[0]);
        Assert.False(inFlight.IsFull);
        inFlight.Add(slices[1]);
        Assert.True(inFlight.IsFull);
        inFlight.Acknowledge(slices[1]);
        Assert.True(inFlight.IsFull);
        inFlight.Acknowledge(slices[0]);
        Assert.False(inFlight.IsFull);
    }

    [Fact]
    public void Whoever_waits_is_told_of_each_acknowledgement_each_failure_and_a_slice_without_records()
    {
        var inFlight = new InFlight(TimeProvider.System) { Capacity = 9 };
        var slice = Slice(0, 1);
        inFlight.Add(slice);
        foreach (var change in new Action[] { () => inFlight.Acknowledge(slice), () => inFlight.Fail(new IOException()), () => inFlight.Add(Slice(1, 0)) })
        {
            var changed = inFlight.Changed;
            Assert.False(changed.IsCompleted);
            change();
            Assert.True(changed.IsCompleted);
        }
    }

    public void Dispose()
    {
        _file.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private OutstandingSlice Slice(int number, int records) =>
        new(_file, new ClickPosition(0, 1, 1, 64 * (number + 2)), [.. Enumerable.Range(0, records)]);
}
