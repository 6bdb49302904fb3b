using System.Globalization;
using System.Text;

namespace LinkTracker.Conversions;

/// <summary>
/// A request whose bytes are made once: each has two numbers of a fixed width, which are written in place. So sending costs the
/// generator next to nothing, and the machine's time is the server's.
/// </summary>
internal sealed class RequestTemplate
{
    /// <summary>Stands for the customer's number in a body; of the same length as what replaces it.</summary>
    public const string Customer = "<custom>";

    /// <summary>Stands for a number that no other request has.</summary>
    public const string Unique = "<own_number>";

    private static readonly string CustomerFormat = $"D{Customer.Length}";
    private static readonly string UniqueFormat = $"D{Unique.Length}";

    private readonly byte[] _bytes;
    private readonly int _customer;
    private readonly int _unique;

    public RequestTemplate(Uri api, string key, string path, string body)
    {
        _bytes = Encoding.ASCII.GetBytes(
            $"POST {path} HTTP/1.1\r\nHost: {api.Authority}\r\nAuthorization: Bearer {key}\r\nContent-Type: application/json\r\nContent-Length: {body.Length}\r\n\r\n{body}");
        (_customer, _unique) = (PlaceOf(Customer), PlaceOf(Unique));
    }

    /// <summary>A copy that one connection may write into.</summary>
    public byte[] Copy() => [.. _bytes];

    public void Fill(byte[] copy, int customer, long unique)
    {
        Write(copy, _customer, customer, CustomerFormat);
        Write(copy, _unique, unique, UniqueFormat);
    }

    private static void Write(byte[] copy, int place, long number, string format)
    {
        if (place >= 0)
        {
            _ = number.TryFormat(copy.AsSpan(place), out _, format, CultureInfo.InvariantCulture);
        }
    }

    private int PlaceOf(string mark) => _bytes.AsSpan().IndexOf(Encoding.ASCII.GetBytes(mark));
}
