using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using LinkTracker.Year.Plan;
using LinkTracker.Year.Wire;

namespace LinkTracker.EndToEnd.Tests.Money;

/// <summary>Tells a plan over several connections until all of it is answered, and holds every repeat against the first answer.</summary>
internal sealed class CrashedYear(StubbornClient client, ToldBody bodies, IReadOnlyList<Telling> tellings)
{
    private readonly ConcurrentDictionary<(ToldKind, int, string), string> _firstAnswers = new();
    private int _next = -1;

    /// <param name="connections">How many are under way at once.</param>
    public async Task TellAsync(int connections)
    {
        _next = -1;
        await Task.WhenAll(Enumerable.Range(0, connections).Select(_ => Task.Run(async () =>
        {
            while (Interlocked.Increment(ref _next) is var next && next < tellings.Count)
            {
                await TellOneAsync(next);
            }
        })));
    }

    private async Task TellOneAsync(int index)
    {
        var told = tellings[index].What;
        var answer = (await client.SendAsync(HttpMethod.Post, ToldBody.PathOf(told), BodyOf(told), IdempotencyKeyOf(index))).Ok();
        if (told.Kind is not ToldKind.Cancellation)
        {
            Assert.Equal(_firstAnswers.GetOrAdd((told.Kind, told.Customer, told.Key), answer), answer);
        }
    }

    private byte[] BodyOf(Told told)
    {
        if (!LiveFacts.HasNoInvoice(told))
        {
            return bodies.Of(told);
        }

        var body = JsonNode.Parse(bodies.Of(told))!.AsObject();
        body.Remove("invoiceId");
        return System.Text.Encoding.UTF8.GetBytes(body.ToJsonString());
    }

    // Some have one though they would be known without it.
    private string? IdempotencyKeyOf(int index) => LiveFacts.HasNoInvoice(tellings[index].What) ? tellings[index].What.Key : index % 3 == 0 ? $"told-{index}" : null;
}
