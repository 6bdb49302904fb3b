using System.Security.Cryptography;
using BenchmarkDotNet.Attributes;
using LinkTracker.Contracts.Clicks;
using LinkTracker.Contracts.Security;

namespace LinkTracker.Micro;

/// <summary>What a click's token costs. Baseline: the library's HMAC-SHA256 over the same 24 bytes.</summary>
[MemoryDiagnoser]
public class TokenBenchmarks
{
    private static readonly byte[] Secret = RandomNumberGenerator.GetBytes(32);

    private readonly InstallationKeys _keys = new(Secret);
    private readonly ClickIdentity _identity = new(ClickIdentity.EpochMs + 123_456_789, 77, 3, 42);
    private readonly byte[] _message = new byte[ClickToken.ByteLength];
    private readonly byte[] _mac = new byte[32];
    private readonly byte[] _text = new byte[ClickToken.TextLength];
    private ClickToken _token;

    [GlobalSetup]
    public void Setup() => _token = _keys.Mint(4_711, _identity);

    [Benchmark(Baseline = true)]
    public int HmacSha256() => HMACSHA256.HashData(Secret, _message, _mac);

    [Benchmark]
    public ClickToken Mint() => _keys.Mint(4_711, _identity);

    [Benchmark]
    public void Format() => _token.FormatUtf8(_text);

    [Benchmark]
    public bool Verify() => _keys.TryVerify(_token, out _);
}
