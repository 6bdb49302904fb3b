using LinkTracker.Aggregator.Api;
using LinkTracker.Aggregator.Attribution;
using LinkTracker.Aggregator.Programs;

namespace LinkTracker.Aggregator.Conversions;

/// <summary>Whether what a shop tells is a test, when it does not say so and names no test program.</summary>
internal static class TestMode
{
    /// <summary>Evidence of a test program makes it one; without evidence, a customer of that id who is known from tests only.</summary>
    public static bool IsTest(IntakeBatch batch, TrackRequest request, IReadOnlyList<Touch> touches) =>
        !request.IsLive
        && (touches.Count > 0
            ? touches.Any(touch => batch.Programs.Of(touch.ProgramId).IsTest)
            : request.NamedProgram is null
              && batch.Customer(false, request.CustomerExternalId!) is null && batch.Customer(true, request.CustomerExternalId!) is not null);

    /// <summary>A refund that does not say so is one when only a test has its invoice. One that does is believed: its sale may come behind it.</summary>
    public static bool IsTest(IntakeBatch batch, RefundRequest request) =>
        request.TestMode == true || (!request.IsLive && IsSold(batch, true, request) && !IsSold(batch, false, request));

    /// <summary>A cancellation that does not say so is one of a customer who is known from tests only.</summary>
    public static bool IsTest(IntakeBatch batch, CancellationRequest request) => request.TestMode == true
        || (!request.IsLive && batch.Customer(false, request.CustomerExternalId!) is null && batch.Customer(true, request.CustomerExternalId!) is not null);

    /// <summary>Credit cannot be divided between what is real and what is not, nor can what is real be a test's.</summary>
    /// <param name="named">The program that the request names.</param>
    /// <exception cref="ApiError">422.</exception>
    public static void RefuseMixed(IntakeBatch batch, TrackRequest request, ReferralProgram? named, IReadOnlyList<Touch> touches)
    {
        // A code that nobody has and the click of a link that is gone are of no program.
        var modes = touches.Where(touch => touch.Refusal is null).Select(touch => batch.Programs.Of(touch.ProgramId).IsTest).ToHashSet();
        if (named is not null)
        {
            modes.Add(named.IsTest);
        }

        if (modes.Count > 1)
        {
            throw ApiError.Unprocessable("clickIds: clicks, code and program are partly of a test program and partly not; send those of one kind.");
        }

        if (request.IsLive && modes.Contains(true))
        {
            throw ApiError.Unprocessable("testMode: is false, but the evidence or the program is of a test program.");
        }
    }

    private static bool IsSold(IntakeBatch batch, bool isTest, RefundRequest request) => batch.Sale(BusinessKey.Sale(isTest, request.InvoiceId)!) is not null;
}
