using System.Buffers;
using System.Text;
using LinkTracker.Contracts.Clicks;
using LinkTracker.Contracts.Links;
using LinkTracker.Contracts.Security;
using LinkTracker.Edge.Clicks;
using LinkTracker.Edge.Redirects;
using LinkTracker.ServiceDefaults;

namespace LinkTracker.Edge.FastLane;

/// <summary>
/// Runs the steps of a redirect some thousand times before the Edge says that it is ready, so that the first visitors do not pay for
/// their compilation. It works on bytes of its own: nothing is recorded, counted or sent.
/// </summary>
internal sealed class WarmUp(HeadParser parser, AnswerWriter answers, VisitorHash visitors, InstallationKeys keys, TimeProvider clock, Settings settings)
    : BackgroundService
{
    private const int Rounds = 4;
    private const int RequestsEach = 500;

    /// <summary>The runtime compiles for good what was called 30 times, once it has had nothing new to compile for 100 ms.</summary>
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(120);

    private static readonly byte[] Head = Encoding.ASCII.GetBytes(
        "GET /warm-up?utm_source=mail HTTP/1.1\r\nHost: go.example.com\r\nUser-Agent: Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36\r\n"
        + "Accept: */*\r\nAccept-Language: en-US,en;q=0.9\r\nReferer: https://www.example.org/page\r\nConnection: keep-alive\r\n\r\n");

    private readonly LocationWriter _location = new(Encoding.ASCII.GetBytes(settings.TokenParameter));
    private readonly ArrayBufferWriter<byte> _output = new(4_096);
    private volatile bool _isDone;

    public bool IsDone => _isDone;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        for (var round = 0; round < Rounds; round++)
        {
            for (var i = 0; i < RequestsEach; i++)
            {
                Redirect(i);
            }

            await Task.Delay(Pause, clock, stoppingToken);
        }

        _isDone = true;
    }

    private void Redirect(int number)
    {
        var request = default(RedirectRequest);
        _ = parser.Parse(Head, ref request, out _);

        var now = clock.GetUtcNow().ToUnixTimeMilliseconds();
        var token = keys.Mint(number, new ClickIdentity(now, 0, 0, (ushort)number));
        Span<byte> text = stackalloc byte[ClickToken.TextLength];
        token.FormatUtf8(text);
        Span<byte> location = stackalloc byte[512];
        _ = _location.Write("https://shop.example.com/p?x=1#top"u8, request.Query, QueryPolicy.Keep, text, location);

        Span<byte> entry = stackalloc byte[ClickEnvelope.MaxLength];
        var click = ClickFacts.Of(request, now, token, default, stackalloc byte[ClickFacts.TextLength]);
        click.VisitorHash = visitors.Of([127, 0, 0, 1], click.UserAgent, now);
        var length = ClickEnvelope.HeaderLength + ClickCodec.Write(click, entry[ClickEnvelope.HeaderLength..]);
        ClickEnvelope.Seal(entry[..length], (ulong)number, lane: 0, sequence: 1, LogShape.First);

        _output.ResetWrittenCount();
        answers.WriteOther(_output, new Redirection(new Resolution(RedirectOutcome.NotFound), new ClickIdentity(now, 0, 0, 0)), closes: false);
    }
}
