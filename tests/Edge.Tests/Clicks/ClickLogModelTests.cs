using FsCheck;
using FsCheck.Fluent;
using LinkTracker.Contracts.Clicks;
using LinkTracker.Edge.Clicks;

namespace LinkTracker.Edge.Tests.Clicks;

/// <summary>
/// Random sequences of what can happen to a log, beside a model that knows what must come out: every click that was not
/// declared lost is counted once, whatever is stopped, killed, failed, forgotten or read again in between.
/// </summary>
public sealed class ClickLogModelTests
{
    public enum Step
    {
        Append,
        AppendMany,
        Count,
        CountSome,
        Tick,
        FailWrite,
        FailSync,
        Restart,
        Kill,
        PowerCut,
        Expire,
        RestoreCounts,
    }

    [Fact]
    public void Whatever_happens_every_click_is_counted_once_or_declared()
    {
        var steps = Gen.Elements(Enum.GetValues<Step>()).ListOf().Resize(40);
        Prop.ForAll(steps.ToArbitrary(), sequence => RunAsync([.. sequence]).GetAwaiter().GetResult())
            .Check(Config.QuickThrowOnFailure.WithMaxTest(60).WithEndSize(40));
    }

    private static async Task RunAsync(IReadOnlyList<Step> steps)
    {
        await using var model = new Model();
        await model.StartAsync();
        foreach (var step in steps)
        {
            await model.DoAsync(step);
            model.AssertBalanced();
        }

        await model.AssertAllCountedAsync();
    }

    private sealed class Model : IAsyncDisposable
    {
        private readonly FakeClock _clock = new(TimeProvider.System.GetUtcNow());
        private readonly HashSet<long> _expected = [];
        private readonly HashSet<long> _counted = [];
        private readonly Dictionary<ulong, ClickPosition> _positions = [];
        private (HashSet<long> Counted, Dictionary<ulong, ClickPosition> Positions) _backup = ([], []);
        private LogRig _rig;
        private PowerCut _power = null!;
        private ClickLog _log = null!;
        private DiskAction? _failing;
        private bool _isExpired;
        private long _next;

        /// <summary>Pages of 4 KiB and segments of 16 KiB: some hundred clicks reach all the ends there are.</summary>
        public Model() => _rig = Rig(new LogRig { Clock = _clock, Shape = new LogShape(12, 14, 16) });

        public async Task StartAsync() => _log = await _rig.StartAsync();

        public Task DoAsync(Step step) => step switch
        {
            Step.Append => AppendAsync(3),
            Step.AppendMany => AppendAsync(100),
            Step.Count => CountAsync(int.MaxValue),
            Step.CountSome => CountAsync(1),
            Step.Tick => TickAsync(TimeSpan.FromSeconds(3)),
            Step.FailWrite => FailAsync(DiskAction.Write),
            Step.FailSync => FailAsync(DiskAction.Sync),
            Step.Restart => RestartAsync(),
            Step.Kill => CrashAsync(_rig.Crash()),
            Step.PowerCut => CrashAsync(_power.At(new Random((int)_next))),
            Step.Expire => ExpireAsync(),
            Step.RestoreCounts => RestoreCountsAsync(),
            _ => throw new ArgumentOutOfRangeException(nameof(step)),
        };

        public void AssertBalanced() => LogRig.AssertBalanced(_log, _rig.Shape);

        public async Task AssertAllCountedAsync()
        {
            // One click more, so that whoever counts passes every log once again, and reports its positions.
            _failing = null;
            while (!_log.IsWritable)
            {
                await TickAsync(TimeSpan.FromSeconds(1));
            }

            await AppendAsync(1);
            await CountAsync(int.MaxValue);
            Assert.Equal(_expected.Order(), _counted.Order());
            Assert.Equal(0, _log.Figures.Take().Backlog);
            Assert.Equal(0, _log.Figures.Take().Quarantined);
            Assert.Equal(_expected.Count, _log.Figures.Take().Appended);
        }

        private async Task AppendAsync(int count)
        {
            for (var i = 0; i < count; i++)
            {
                var dropped = _log.Figures.Take().DroppedDeclared;
                await LogRig.RecordAsync(_log, _next, 200);
                if (_log.Figures.Take().DroppedDeclared == dropped)
                {
                    _expected.Add(_next);
                }

                _next++;
            }
        }

        /// <summary>Stores counts and positions together, as one transaction would, and reports back.</summary>
        private async Task CountAsync(int slices)
        {
            using var deadline = new CancellationTokenSource(Eventually.Limit);
            if (IsAllCounted())
            {
                return;
            }

            await foreach (var slice in _log.Source.ReadAsync([.. _positions.Values], deadline.Token))
            {
                Assert.Empty(slice.Damaged);
                Assert.Equal(_positions.TryGetValue(slice.Epoch, out var known) ? known.Next : slice.From, slice.Previous);
                foreach (var entry in slice)
                {
                    Assert.True(ClickCodec.TryRead(entry.Click, out var click));
                    Assert.True(_counted.Add(click.OccurredAtMs), $"Click {click.OccurredAtMs} came twice.");
                }

                _positions[slice.Epoch] = slice.End;
                _log.Source.Release(slice.End);
                if (--slices == 0 || IsAllCounted())
                {
                    return;
                }
            }
        }

        private bool IsAllCounted() => _log.Epochs.All(epoch =>
            (_positions.TryGetValue(epoch.Id, out var position) ? position.Next : LogShape.First) >= epoch.Durable);

        private async Task TickAsync(TimeSpan by)
        {
            _clock.Advance(by);
            await Task.Yield();
        }

        private Task FailAsync(DiskAction action)
        {
            _failing = action;
            return AppendAsync(1);
        }

        private async Task RestartAsync()
        {
            await LogRig.StopAsync(_log);
            _backup = ([.. _counted], new Dictionary<ulong, ClickPosition>(_positions));
            _log = await _rig.StartAsync();
        }

        private async Task CrashAsync(LogRig after)
        {
            var crashed = Rig(after);
            var old = _rig;
            _rig = crashed;
            _failing = null;
            await old.DisposeAsync();
            _log = await _rig.StartAsync();
        }

        private async Task ExpireAsync()
        {
            // As in a process, whoever counts is there before the first minute is over.
            await CountAsync(1);
            _isExpired = true;
            _clock.Advance(TimeSpan.FromHours(2));
            _log.ForgetExpired();
        }

        /// <summary>Counts older than what the log still holds could not be brought up to date from it.</summary>
        private Task RestoreCountsAsync()
        {
            if (!_isExpired)
            {
                _counted.IntersectWith(_backup.Counted);
                _positions.Clear();
                foreach (var (epoch, position) in _backup.Positions)
                {
                    _positions[epoch] = position;
                }
            }

            return Task.CompletedTask;
        }

        private LogRig Rig(LogRig rig)
        {
            var power = new PowerCut(rig);
            _power = power;
            rig.Fault = (action, path) =>
            {
                if (_failing == action && Path.GetFileName(path).StartsWith("segment.", StringComparison.Ordinal))
                {
                    _failing = null;
                    throw new IOException("Input/output error");
                }

                power.Watch(action, path);
            };
            return rig;
        }

        public ValueTask DisposeAsync() => _rig.DisposeAsync();
    }
}
