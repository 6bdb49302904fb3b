using System.Globalization;
using LinkTracker.Contracts;

namespace LinkTracker.Aggregator.Api;

/// <summary>Checks of single values that clients send. Each names the field in its refusal.</summary>
internal static class Fields
{
    /// <summary>The text as it is; null when it is empty, as a query parameter without a value is.</summary>
    public static string? Given(string? text) => string.IsNullOrEmpty(text) ? null : text;

    /// <summary>The text without outer white space; null when it is empty.</summary>
    public static string? Text(string? value, string field, int maxLength)
    {
        var text = value?.Trim();
        if (string.IsNullOrEmpty(text))
        {
            return null;
        }

        if (text.Length > maxLength)
        {
            throw ApiError.Unprocessable($"{field}: at most {maxLength} characters, this has {text.Length}.");
        }

        return Plain(text, field);
    }

    /// <summary>The text as it is, to be looked for: it must be one that could have been stored.</summary>
    public static string? Plain(string? text, string field)
    {
        // Line breaks and tabs are part of comments; other controls, first of all NUL, are part of attacks.
        if (text?.Any(c => char.IsControl(c) && c is not ('\n' or '\r' or '\t')) == true)
        {
            throw ApiError.Unprocessable($"{field}: holds a control character; remove it.");
        }

        return text;
    }

    public static string Required(string? value, string field, int maxLength) =>
        Text(value, field, maxLength) ?? throw ApiError.Unprocessable($"{field}: is needed.");

    public static long Between(long value, string field, long from, long to) => value >= from && value <= to
        ? value
        : throw ApiError.Unprocessable(string.Create(CultureInfo.InvariantCulture, $"{field}: must be {from} to {to}, this is {value}."));

    public static string OneOf(string value, string field, params ReadOnlySpan<string> allowed)
    {
        foreach (var one in allowed)
        {
            if (value == one)
            {
                return value;
            }
        }

        throw ApiError.Unprocessable($"{field}: must be one of {string.Join(", ", allowed!)}.");
    }

    /// <summary>Unix milliseconds of an ISO 8601 time; without an offset it is UTC.</summary>
    public static long? Time(string? value, string field)
    {
        if (string.IsNullOrWhiteSpace(value))
        {
            return null;
        }

        return IsoTime.TryParse(value, out var time)
            ? time.ToUnixTimeMilliseconds()
            : throw ApiError.Unprocessable($"{field}: must be a time in ISO 8601 such as 2027-01-31T12:00:00Z.");
    }

    /// <summary>The wire form of a time, such as <c>2027-01-31T12:00:00.000Z</c>.</summary>
    public static string Time(long unixMs) =>
        DateTimeOffset.FromUnixTimeMilliseconds(unixMs).ToString("yyyy-MM-ddTHH:mm:ss.fffZ", CultureInfo.InvariantCulture);

    public static string? Time(long? unixMs) => unixMs is { } value ? Time(value) : null;
}
