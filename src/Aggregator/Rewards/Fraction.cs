using System.Globalization;
using System.Numerics;
using LinkTracker.Aggregator.Money;

namespace LinkTracker.Aggregator.Rewards;

/// <summary>An exact fraction from 0 on, in lowest terms.</summary>
internal readonly record struct Fraction
{
    private readonly BigInteger _numerator;
    private readonly BigInteger _denominator;

    /// <param name="numerator">0 or more.</param>
    /// <param name="denominator">More than 0.</param>
    public Fraction(BigInteger numerator, BigInteger denominator)
    {
        var common = BigInteger.GreatestCommonDivisor(numerator, denominator);
        (_numerator, _denominator) = (numerator / common, denominator / common);
    }

    public bool IsZero => _numerator.IsZero;

    public static Fraction operator *(Fraction one, Fraction other) => new(one._numerator * other._numerator, one._denominator * other._denominator);

    /// <param name="one">The dividend.</param>
    /// <param name="other">More than 0.</param>
    public static Fraction operator /(Fraction one, Fraction other) => new(one._numerator * other._denominator, one._denominator * other._numerator);

    /// <summary>What is left of it when so much is taken; 0 when that is more than there is.</summary>
    public Fraction Without(long taken) => new(BigInteger.Max(0, _numerator - (taken * _denominator)), _denominator);

    /// <summary>This part of the amount, rounded half to even.</summary>
    /// <exception cref="OverflowException">It does not fit into 64 bits.</exception>
    public long Of(long amount) => (long)Rounding.HalfEven(amount * _numerator, _denominator);

    /// <summary>As it is stored, such as <c>3/4</c>.</summary>
    public string ToText() => string.Create(CultureInfo.InvariantCulture, $"{_numerator}/{_denominator}");

    public static Fraction Parse(string text)
    {
        var slash = text.IndexOf('/', StringComparison.Ordinal);
        return new Fraction(BigInteger.Parse(text.AsSpan(0, slash), NumberStyles.None, CultureInfo.InvariantCulture), BigInteger.Parse(text.AsSpan(slash + 1), NumberStyles.None, CultureInfo.InvariantCulture));
    }
}
