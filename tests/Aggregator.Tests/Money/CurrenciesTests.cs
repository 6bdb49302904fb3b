using LinkTracker.Aggregator.Money;

namespace LinkTracker.Aggregator.Tests.Money;

public class CurrenciesTests
{
    // Every currency of ISO 4217 whose minor unit is no hundredth, without funds.
    private const string Whole = "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX VND VUV XAF XOF XPF";
    private const string Thousandths = "BHD IQD JOD KWD LYD OMR TND";

    [Fact]
    public void Minor_units_are_those_of_the_standard()
    {
        Assert.All(Whole.Split(' '), code => Assert.Equal(0, Currencies.ExponentOf(Currencies.Check(code))));
        Assert.All(Thousandths.Split(' '), code => Assert.Equal(3, Currencies.ExponentOf(Currencies.Check(code))));

        // What is counted in fifths has two decimals all the same, and so have those whose coins are gone.
        Assert.All("EUR USD GBP CHF MGA MRU HUF TWD IDR COP CZK IRR".Split(' '), code => Assert.Equal(2, Currencies.ExponentOf(Currencies.Check(code))));
    }

    [Theory]
    [InlineData("xau")]
    [InlineData("xts")]
    [InlineData("clf")]
    [InlineData("hrk")]
    [InlineData("btc")]
    [InlineData("")]
    public void What_no_shop_takes_is_no_currency(string code) => Assert.ThrowsAny<Exception>(() => Currencies.Check(code));
}
