using LinkTracker.Edge.Clicks;

namespace LinkTracker.Edge.Tests.Clicks;

public sealed class PowerCutTests
{
    private static readonly LogShape Tiny = new(12, 14, 16);

    [Theory]
    [InlineData(null)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task What_was_answered_survives_a_power_cut_at_any_moment(int? seed)
    {
        var random = seed is null ? null : new Random(seed.Value);
        var clock = new FakeClock(TimeProvider.System.GetUtcNow());
        await using var rig = new LogRig { Clock = clock, Shape = Tiny };
        var power = new PowerCut(rig);
        var answered = 0;
        var cuts = new List<(int Answered, LogRig After)>();
        var calls = 0;
        rig.Fault = (action, path) =>
        {
            lock (cuts)
            {
                // Every moment of the start and the first commits, and then some.
                if (++calls < 60 || calls % 17 == 0)
                {
                    cuts.Add((Volatile.Read(ref answered), power.At(random)));
                }

                power.Watch(action, path);
            }
        };
        var log = await rig.StartAsync();
        for (var i = 0; i < 400; i++)
        {
            await LogRig.RecordAsync(log, i);
            Volatile.Write(ref answered, i + 1);
            if (i % 50 == 49)
            {
                // What was counted is written down, and the mark synced.
                clock.Advance(TimeSpan.FromSeconds(1));
            }
        }

        rig.Fault = null;
        Assert.True(cuts.Count > 80);
        foreach (var (count, after) in cuts)
        {
            await using (after)
            {
                var next = await after.StartAsync();
                await LogRig.RecordAsync(next, 400);
                var reading = await LogRig.ReadAllAsync(next);

                Assert.Equal(Enumerable.Range(0, count).Select(i => (long)i), reading.Numbers.Take(count));
                Assert.Equal(reading.Numbers.Count, reading.Numbers.Distinct().Count());
                Assert.True(random is not null || reading.Damaged.Count == 0);
                LogRig.AssertBalanced(next, Tiny);
            }
        }
    }

    [Fact]
    public async Task A_clean_stop_is_whole_on_the_disk()
    {
        await using var rig = new LogRig { Shape = Tiny };
        var power = new PowerCut(rig);
        rig.Fault = power.Watch;
        var log = await rig.StartAsync();
        await LogRig.RecordAsync(log, Enumerable.Range(0, 100));
        await LogRig.ReadAllAsync(log);
        await LogRig.StopAsync(log);

        await using var after = power.At(random: null);
        var logs = EpochShelf.Folders(after.Logs);
        using var mark = SlotFile.Open(Path.Combine(logs[0].Folder, EpochMark.FileName), EpochMark.SlotLength, new LogDisk(), out var state);
        Assert.True(EpochMark.Read(state, logs[0].Epoch)!.Value.IsClosed);
        Assert.Equal(100, (await after.StartAsync()).Figures.Take().Delivered);
    }
}
