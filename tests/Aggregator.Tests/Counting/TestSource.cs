using System.Runtime.CompilerServices;
using System.Threading.Channels;
using LinkTracker.Contracts.Clicks;

namespace LinkTracker.Aggregator.Tests.Counting;

/// <summary>Delivers what it is told to, and breaks when it is told to.</summary>
internal sealed class TestSource : IClickSource, IDisposable
{
    private readonly Channel<ClickSlice?> _slices = Channel.CreateUnbounded<ClickSlice?>();
    private readonly Channel<long> _released = Channel.CreateUnbounded<long>();
    private readonly SemaphoreSlim _asked = new(0);

    public List<IReadOnlyCollection<ClickPosition>> Asked { get; } = [];

    public void Deliver(params ReadOnlySpan<ClickSlice> slices)
    {
        foreach (var slice in slices)
        {
            _slices.Writer.TryWrite(slice);
        }
    }

    public void Dispose() => _asked.Dispose();

    public void Break() => _slices.Writer.TryWrite(null);

    public async IAsyncEnumerable<ClickSlice> ReadAsync(IReadOnlyCollection<ClickPosition> positions, [EnumeratorCancellation] CancellationToken cancellation)
    {
        Asked.Add(positions);
        _asked.Release();
        await foreach (var slice in _slices.Reader.ReadAllAsync(cancellation))
        {
            yield return slice ?? throw new IOException("The log broke.");
        }
    }

    public void Release(ClickPosition position) => _released.Writer.TryWrite(position.Next);

    public async Task ReleasedAsync(long address)
    {
        using var limit = new CancellationTokenSource(Eventually.Limit);
        while (await _released.Reader.ReadAsync(limit.Token) < address)
        {
        }
    }

    public async Task AskedAsync(int times)
    {
        using var limit = new CancellationTokenSource(Eventually.Limit);
        for (var i = 0; i < times; i++)
        {
            await _asked.WaitAsync(limit.Token);
        }
    }
}
