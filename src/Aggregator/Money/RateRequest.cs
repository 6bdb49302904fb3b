using System.ComponentModel.DataAnnotations;
using System.Globalization;
using System.Numerics;
using System.Text.RegularExpressions;
using LinkTracker.Aggregator.Api;

namespace LinkTracker.Aggregator.Money;

/// <summary>An exchange rate that the operator gives.</summary>
internal sealed partial class RateRequest
{
    /// <summary>Decimals of a rate; reports count on it.</summary>
    public const int MaxDecimals = 12;

    private const int OldestYear = 2000;
    private const int MaxSource = 100;

    /// <summary>Three letters of ISO 4217; not the reporting currency.</summary>
    [Required]
    public string? Currency { get; set; }

    /// <summary>The day from which on it holds, such as <c>2027-01-31</c>, in UTC.</summary>
    [Required]
    public string? Date { get; set; }

    /// <summary>What one unit is worth in the reporting currency: a decimal in a string, such as <c>"1.0842"</c>.</summary>
    [Required]
    public string? Rate { get; set; }

    /// <summary>Where it is from, at most 100 characters.</summary>
    [Required]
    public string? Source { get; set; }

    /// <summary>Whether it takes the place of another rate of that day, also for sales that were converted already.</summary>
    public bool? Replace { get; set; }

    /// <param name="item">Its place in the list, for messages.</param>
    /// <exception cref="ApiError">422 that names the item and the field.</exception>
    public DatedRate ToRate(int item, string reporting, DateOnly today)
    {
        var currency = Currencies.Check(Currency ?? throw Wrong(item, "currency", "is needed"));
        if (currency == reporting)
        {
            throw Wrong(item, "currency", $"{reporting} is the reporting currency, and worth 1");
        }

        // Tomorrow has begun in the east already; of later days nobody knows a rate.
        if (RateDay.Parse(Date) is not { Year: >= OldestYear } day || day > today.AddDays(1))
        {
            throw Wrong(item, "date", $"must be a day such as 2027-01-31, from {OldestYear} until tomorrow");
        }

        return new DatedRate
        {
            Currency = currency,
            ValidOn = RateDay.Text(day),
            Rate = Decimal(item, currency, reporting),
            Source = Fields.Required(Source, $"Item {item}: source", MaxSource),
        };
    }

    private string Decimal(int item, string currency, string reporting)
    {
        var text = Rate ?? "";
        if (!DecimalText().IsMatch(text))
        {
            throw Wrong(item, "rate", "must be a decimal in a string such as \"1.0842\", with at most 9 digits before the point and 12 behind it");
        }

        var parts = text.Split('.');
        var (whole, rest) = (parts[0].TrimStart('0'), parts.Length > 1 ? parts[1].TrimEnd('0') : "");
        var digits = BigInteger.Parse("0" + whole + rest, CultureInfo.InvariantCulture);
        if (digits.IsZero)
        {
            throw Wrong(item, "rate", "must be more than 0");
        }

        var largest = Amounts.Max * digits * BigInteger.Pow(10, Currencies.ExponentOf(reporting));
        if (largest > long.MaxValue * BigInteger.Pow(10, rest.Length + Currencies.ExponentOf(currency)))
        {
            throw Wrong(item, "rate", "is so high that the largest sale would not fit into 64 bits");
        }

        return (whole.Length == 0 ? "0" : whole) + (rest.Length == 0 ? "" : "." + rest);
    }

    private static ApiError Wrong(int item, string field, string why) => ApiError.Unprocessable($"Item {item}: {field}: {why}.");

    [GeneratedRegex(@"\A[0-9]{1,9}(\.[0-9]{1,12})?\z")]
    private static partial Regex DecimalText();
}
