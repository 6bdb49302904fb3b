using FsCheck;
using FsCheck.Fluent;
using LinkTracker.Contracts.Clicks;

namespace LinkTracker.Contracts.Tests.Clicks;

/// <summary>A click whose texts stand on the heap, so that generators can make it and tests can compare it.</summary>
internal sealed record ClickSample(
    long OccurredAtMs, ClickToken Token, ulong VisitorHash, ClickMethod Method, ClickHints Flags,
    byte[] UserAgent, byte[] Referrer, byte[] Language, byte[] Country, byte[] Channel)
{
    /// <summary>Any click whose texts keep to their limits, the limits themselves included.</summary>
    public static Gen<ClickSample> Any =>
        from numbers in ArbMap.Default.GeneratorFor<long>().ArrayOf(5)
        from method in Gen.Elements(ClickMethod.Get, ClickMethod.Head)
        from flags in Gen.Elements(ClickHints.None, ClickHints.Prefetch, ClickHints.Qr, ClickHints.Prefetch | ClickHints.Qr)
        from userAgent in Bytes(ClickCodec.MaxUserAgent)
        from referrer in Bytes(ClickCodec.MaxReferrer)
        from language in Bytes(ClickCodec.MaxLanguage)
        from country in Bytes(ClickCodec.MaxCountry)
        from channel in Bytes(ClickCodec.MaxChannel)
        select new ClickSample(
            numbers[0], new ClickToken(numbers[1], new UInt128((ulong)numbers[2], (ulong)numbers[3])), (ulong)numbers[4], method, flags,
            userAgent, referrer, language, country, channel);

    public ClickRecord ToRecord() => new()
    {
        OccurredAtMs = OccurredAtMs,
        Token = Token,
        VisitorHash = VisitorHash,
        Method = Method,
        Flags = Flags,
        UserAgent = UserAgent,
        Referrer = Referrer,
        Language = Language,
        Country = Country,
        Channel = Channel,
    };

    public byte[] ToBytes()
    {
        var click = ToRecord();
        var bytes = new byte[ClickCodec.Measure(click)];
        Assert.Equal(bytes.Length, ClickCodec.Write(click, bytes));
        return bytes;
    }

    public bool Matches(in ClickRecord read) =>
        read.OccurredAtMs == OccurredAtMs && read.Token == Token && read.VisitorHash == VisitorHash && read.Method == Method && read.Flags == Flags
        && read.UserAgent.SequenceEqual(UserAgent) && read.Referrer.SequenceEqual(Referrer) && read.Language.SequenceEqual(Language)
        && read.Country.SequenceEqual(Country) && read.Channel.SequenceEqual(Channel);

    private static Gen<byte[]> Bytes(int max) =>
        from length in Gen.OneOf(Gen.Choose(0, max), Gen.Elements(0, max))
        from bytes in Gen.Choose(0, 255).Select(i => (byte)i).ArrayOf(length)
        select bytes;
}
