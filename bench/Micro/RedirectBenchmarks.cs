using System.Buffers;
using System.Text;
using BenchmarkDotNet.Attributes;
using LinkTracker.Contracts.Links;
using LinkTracker.Contracts.Security;
using LinkTracker.Edge;
using LinkTracker.Edge.Clicks;
using LinkTracker.Edge.FastLane;
using LinkTracker.Edge.Links;
using LinkTracker.Edge.Redirects;
using LinkTracker.ServiceDefaults;
using Microsoft.AspNetCore.Server.Kestrel.Core.Internal.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;

namespace LinkTracker.Micro;

/// <summary>
/// Everything that the fast lane does for a redirect, from the bytes of the request to the bytes of the answer, with token and recorded
/// click. Baseline: merely taking the same head apart with the server's own parser.
/// </summary>
[MemoryDiagnoser]
public class RedirectBenchmarks
{
    private static readonly byte[] Head = Encoding.ASCII.GetBytes(
        "GET /spring HTTP/1.1\r\nHost: go.example.com\r\nUser-Agent: Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) "
        + "Chrome/142.0.0.0 Safari/537.36\r\nAccept: text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8\r\nAccept-Language: en-US,en;q=0.9\r\n"
        + "Accept-Encoding: gzip, deflate, br\r\nReferer: https://www.example.org/page\r\n\r\n");

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("linktracker-bench-");
    private readonly HttpParser<Ignore> _kestrel = new();
    private readonly ArrayBufferWriter<byte> _output = new(4_096);
    private ClickLog _log = null!;
    private LinkTable _links = null!;
    private HeadParser _parser = null!;
    private Redirector _redirector = null!;
    private AnswerWriter _answers = null!;

    [GlobalSetup]
    public async Task SetupAsync()
    {
        var settings = new Settings { Data = _folder.FullName, Durable = false, ShortUrl = new Uri("http://go.example.com") };
        var keys = new InstallationKeys(new byte[32]);
        _log = new ClickLog(settings, TimeProvider.System, NullLogger<ClickLog>.Instance);
        await _log.StartAsync(CancellationToken.None);
        _links = new LinkTable(settings.DefaultDomain, 64 << 20, NullLogger<LinkTable>.Instance);
        var link = new LinkState { Id = 1, Domain = settings.DefaultDomain, Key = "spring", Url = "https://shop.example.com/p?x=1#top", TrackConversion = true };
        _ = _links.Apply(new LinkChange(1, link.Domain, link.Key, link));
        _links.MarkLoaded();

        var meters = new ServiceCollection().AddMetrics().BuildServiceProvider().GetRequiredService<System.Diagnostics.Metrics.IMeterFactory>();
        _parser = new HeadParser(new HeaderFields(settings));
        _redirector = new Redirector(
            new RedirectResolver(_links, settings), new ClickFacts(new VisitorHash(keys), _log), _log, keys, new ClickClock(TimeProvider.System),
            new EdgeMetrics(meters, _links, new LinkSupply()), settings);
        _answers = new AnswerWriter(_redirector);
    }

    [GlobalCleanup]
    public void Cleanup()
    {
        _log.StopAsync(CancellationToken.None).GetAwaiter().GetResult();
        _log.Dispose();
        _links.Dispose();
        _folder.Delete(recursive: true);
    }

    [Benchmark(Baseline = true)]
    public bool HeadByKestrel()
    {
        var reader = new SequenceReader<byte>(new ReadOnlySequence<byte>(Head));
        return _kestrel.ParseRequestLine(default, ref reader) && _kestrel.ParseHeaders(default, ref reader);
    }

    [Benchmark]
    public int HeadByUs()
    {
        var request = default(RedirectRequest);
        _ = _parser.Parse(Head, ref request, out var length);
        return length;
    }

    [Benchmark]
    public int Redirect()
    {
        var request = default(RedirectRequest);
        _ = _parser.Parse(Head, ref request, out _);
        _output.ResetWrittenCount();
        _ = _answers.WriteRedirect(_output, _redirector.Resolve(request), request, closes: false);
        return _output.WrittenCount;
    }

    private readonly struct Ignore : IHttpRequestLineHandler, IHttpHeadersHandler
    {
        public void OnStartLine(HttpVersionAndMethod versionAndMethod, TargetOffsetPathLength targetPath, Span<byte> startLine)
        {
        }

        public void OnHeader(ReadOnlySpan<byte> name, ReadOnlySpan<byte> value)
        {
        }

        public void OnHeadersComplete(bool endStream)
        {
        }

        public void OnStaticIndexedHeader(int index)
        {
        }

        public void OnStaticIndexedHeader(int index, ReadOnlySpan<byte> value)
        {
        }
    }
}
