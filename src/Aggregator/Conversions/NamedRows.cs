using LinkTracker.Aggregator.Codes;
using LinkTracker.Aggregator.Programs;
using LinkTracker.Aggregator.Storage;

namespace LinkTracker.Aggregator.Conversions;

/// <summary>What is stored under the names of a batch, asked for together. Whatever is looked at first brings all of it.</summary>
/// <param name="LinksOfCodes">By typed code.</param>
/// <param name="Contacts">Who named the customers of the requests before they came.</param>
/// <param name="Customers">Those that the requests name.</param>
internal sealed record NamedRows(
    IntakeNames Names,
    Lazy<IReadOnlyDictionary<string, long>> LinksOfCodes,
    ContactBook Contacts,
    FirstAnswers Answers,
    Lazy<IReadOnlyList<NamedCustomer>> Customers,
    IntakeCounts Counts)
{
    /// <param name="domain">That codes are typed of.</param>
    public static NamedRows Ask(Session session, IntakeNames names, ContactHash contacts, RequestHashes hashes, string domain)
    {
        var counts = new IntakeCounts();
        return new NamedRows(
            names,
            TypedCodes.Ask(session, domain, names.Codes),
            ContactBook.Ask(session, contacts, names.People),
            new FirstAnswers(session, names, hashes, counts),
            CustomerRecords.Ask(session, names.Customers),
            counts);
    }
}
