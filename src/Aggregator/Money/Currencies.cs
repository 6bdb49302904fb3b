using System.Collections.Frozen;
using LinkTracker.Aggregator.Api;

namespace LinkTracker.Aggregator.Money;

/// <summary>The currencies in circulation, by ISO 4217. Funds, metals and test codes are not money that a shop takes.</summary>
internal static class Currencies
{
    private static readonly FrozenSet<string> Codes = (
        "aed afn all amd aoa ars aud awg azn bam bbd bdt bgn bhd bif bmd bnd bob brl bsd btn bwp byn bzd cad cdf chf clp cny cop "
        + "crc cup cve czk djf dkk dop dzd egp ern etb eur fjd fkp gbp gel ghs gip gmd gnf gtq gyd hkd hnl htg huf idr ils inr iqd "
        + "irr isk jmd jod jpy kes kgs khr kmf kpw krw kwd kyd kzt lak lbp lkr lrd lsl lyd mad mdl mga mkd mmk mnt mop mru mur mvr "
        + "mwk mxn myr mzn nad ngn nio nok npr nzd omr pab pen pgk php pkr pln pyg qar ron rsd rub rwf sar sbd scr sdg sek sgd shp "
        + "sle sos srd ssp stn svc syp szl thb tjs tmt tnd top try ttd twd tzs uah ugx usd uyu uzs ved ves vnd vuv wst xaf xcd xcg "
        + "xof xpf yer zar zmw zwg").Split(' ').ToFrozenSet(StringComparer.Ordinal);

    private static readonly FrozenSet<string> WithoutMinorUnit =
        "bif clp djf gnf isk jpy kmf krw pyg rwf ugx vnd vuv xaf xof xpf".Split(' ').ToFrozenSet(StringComparer.Ordinal);

    private static readonly FrozenSet<string> InThousandths = "bhd iqd jod kwd lyd omr tnd".Split(' ').ToFrozenSet(StringComparer.Ordinal);

    /// <summary>How many decimals its minor unit is: 2 for cents (ISO 4217).</summary>
    /// <param name="code">In lower case.</param>
    public static int ExponentOf(string code) => WithoutMinorUnit.Contains(code) ? 0 : InThousandths.Contains(code) ? 3 : 2;

    /// <summary>The code in lower case.</summary>
    /// <exception cref="ApiError">422: it is no currency in circulation.</exception>
    public static string Check(string currency)
    {
        var code = currency.Trim().ToLowerInvariant();
        return Codes.Contains(code)
            ? code
            : throw ApiError.Unprocessable("currency: must be the three letters of a currency in ISO 4217, such as usd or eur.");
    }
}
