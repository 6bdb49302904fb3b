using BenchmarkDotNet.Attributes;
using LinkTracker.Contracts.Clicks;
using LinkTracker.Edge.Clicks;
using LinkTracker.ServiceDefaults;
using Microsoft.Extensions.Logging.Abstractions;

namespace LinkTracker.Micro;

/// <summary>
/// Recording a click in the buffered mode: encode, checksum, append. Baseline: writing the same bytes to a file through
/// the library's buffered stream, which promises nothing.
/// </summary>
[MemoryDiagnoser]
public class EnqueueBenchmarks
{
    private const int Clicks = 1_000;

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("linktracker-bench-");
    private readonly byte[] _bytes = new byte[ClickCodec.MaxLength];
    private ClickLog _log = null!;
    private FileStream _file = null!;

    [GlobalSetup]
    public async Task SetupAsync()
    {
        var settings = new Settings { Data = _folder.FullName, Durable = false };
        _log = new ClickLog(settings, TimeProvider.System, NullLogger<ClickLog>.Instance);
        await _log.StartAsync(CancellationToken.None);
        _file = new FileStream(Path.Combine(_folder.FullName, "baseline"), FileMode.Create, FileAccess.Write, FileShare.None, 1 << 16);
    }

    [GlobalCleanup]
    public void Cleanup()
    {
        _log.StopAsync(CancellationToken.None).GetAwaiter().GetResult();
        _log.Dispose();
        _file.Dispose();
        _folder.Delete(recursive: true);
    }

    [Benchmark(Baseline = true, OperationsPerInvoke = Clicks)]
    public void BufferedFile()
    {
        for (var i = 0; i < Clicks; i++)
        {
            _file.Write(_bytes.AsSpan(0, ClickCodec.Write(Click(i), _bytes)));
        }
    }

    [Benchmark(OperationsPerInvoke = Clicks)]
    public bool ClickLog()
    {
        var completed = true;
        for (var i = 0; i < Clicks; i++)
        {
            // Buffered: completed at once, so there is nothing to await.
            completed &= _log.RecordAsync(Click(i)).AsTask().IsCompleted;
        }

        return completed;
    }

    private static ClickRecord Click(int i) => new()
    {
        OccurredAtMs = ClickIdentity.EpochMs + i,
        Token = new ClickToken(4_711, (ulong)i),
        VisitorHash = (ulong)i,
        UserAgent = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36"u8,
        Language = "en-US"u8,
        Country = "US"u8,
    };
}
