using System.Globalization;
using CsvHelper;
using LinkTracker.Aggregator.Money;

namespace LinkTracker.Aggregator.Ledger;

/// <summary>A batch of payouts as CSV (RFC 4180), for who pays them.</summary>
internal static class PayoutCsv
{
    private static readonly string[] Header = ["payout_id", "partner_id", "name", "email", "tenant_id", "country", "amount", "currency", "status", "reference"];

    // A spreadsheet would run what begins like a formula, and partners choose their names themselves.
    private static readonly CsvWriterOptions Rules = new()
    {
        Separator = ',',
        HasHeader = false,
        Injection = CsvInjection.Escape,
        WriteByteOrderMark = false,
    };

    public static byte[] Of(PayoutBatchResponse batch)
    {
        using var bytes = new MemoryStream();
        using (var writer = CsvWriter.Create(bytes, Rules, leaveOpen: true))
        {
            writer.WriteRecord(Header);
            foreach (var payout in batch.Payouts)
            {
                string?[] cells =
                [
                    payout.Id, payout.Partner.Id, payout.Partner.Name, payout.Partner.Email, payout.Partner.TenantId, payout.Partner.Country,
                    Decimal(payout.Amount, payout.Currency), payout.Currency, payout.Status, payout.TraceId,
                ];
                writer.WriteRecord([.. cells.Select(cell => cell ?? "")]);
            }
        }

        return bytes.ToArray();
    }

    /// <summary>In units of the currency, with all its decimals: 1234 is 12.34 eur, 1.234 kwd and 1234 jpy.</summary>
    internal static string Decimal(long amount, string currency)
    {
        var exponent = Currencies.ExponentOf(currency);
        var digits = amount.ToString(CultureInfo.InvariantCulture).PadLeft(exponent + 1, '0');
        return exponent == 0 ? digits : $"{digits[..^exponent]}.{digits[^exponent..]}";
    }
}
