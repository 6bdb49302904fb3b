using LinkTracker.Aggregator.Api;
using LinkTracker.Contracts.Clicks;

namespace LinkTracker.Aggregator.Codes;

/// <summary>Where referrers share.</summary>
internal static class ShareChannels
{
    /// <summary>Those that share links are made for.</summary>
    public static IReadOnlyList<string> All { get; } =
    [
        "email", "whatsapp", "facebook", "x_twitter", "youtube", "instagram", "linkedin", "tiktok", "telegram", "sms", "qr", "phone", "in_person", "print", "other",
    ];

    /// <summary>A name as Edges take it from <c>?ch=</c>: 1 to 32 lower-case letters, digits, <c>-</c> and <c>_</c>.</summary>
    public static string? Check(string? channel, string field) =>
        channel is null || (channel.Length <= ClickCodec.MaxChannel && channel.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c is '-' or '_'))
            ? channel
            : throw ApiError.Unprocessable($"{field}: is made of lower-case letters, digits, '-' and '_', such as whatsapp.");
}
