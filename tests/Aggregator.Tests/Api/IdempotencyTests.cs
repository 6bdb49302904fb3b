using System.Net.Http.Headers;
using System.Text;
using LinkTracker.Aggregator.Api;
using LinkTracker.Aggregator.Storage;
using LinkTracker.Aggregator.Tests.Engines;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace LinkTracker.Aggregator.Tests.Api;

public abstract class IdempotencyTests : EngineTests
{
    private const string Sale = """{"customerExternalId":"c","amount":100,"referralCode":"ana"}""";

    [EngineFact]
    public async Task A_call_that_is_sent_again_with_its_key_has_one_effect_and_the_first_answer()
    {
        await using var server = await StartAsync();
        var link = await server.HasLinkAsync("ana");
        var replies = await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => SendAsync(server, "k", Sale)));
        Assert.Single(replies.Append(await SendAsync(server, "k", Sale)).Select(reply => reply.Ok().GetRawText()).Distinct());
        Assert.Equal(1, (await server.GetAsync("/links/info?linkId=" + link)).Ok().GetProperty("sales").GetInt64());
    }

    [EngineFact]
    public async Task Another_key_or_none_or_another_route_is_another_call()
    {
        await using var server = await StartAsync();
        var link = await server.HasLinkAsync("ana");
        foreach (var key in new[] { "k", "l", null, null })
        {
            (await SendAsync(server, key, Sale)).Ok();
        }

        (await SendAsync(server, "k", """{"customerExternalId":"c","eventName":"e"}""", "/track/event")).Ok();
        Assert.Equal(4, (await server.GetAsync("/links/info?linkId=" + link)).Ok().GetProperty("sales").GetInt64());
    }

    [EngineFact]
    public async Task A_key_with_another_body_is_refused_and_changes_nothing()
    {
        await using var server = await StartAsync();
        var link = await server.HasLinkAsync("ana");
        (await SendAsync(server, "k", Sale)).Ok();
        Assert.Contains("Idempotency-Key: ", (await SendAsync(server, "k", Sale.Replace("100", "200", StringComparison.Ordinal))).Refused(422, "unprocessable_entity"), StringComparison.Ordinal);
        Assert.Equal(100, (await server.GetAsync("/links/info?linkId=" + link)).Ok().GetProperty("saleAmount").GetInt64());
    }

    [EngineFact]
    public async Task A_refused_call_may_be_sent_again_with_its_key()
    {
        await using var server = await StartAsync();
        (await SendAsync(server, "k", """{"customerExternalId":"c","eventName":"e"}""", "/track/lead")).Refused(400, "bad_request");
        await server.HasLinkAsync("ana");
        (await SendAsync(server, "k", """{"customerExternalId":"c","eventName":"e","referralCode":"ana"}""", "/track/lead")).Ok();
    }

    [EngineFact]
    public async Task Keys_are_kept_for_a_day_and_forgotten_after_two()
    {
        await using var server = await StartAsync();
        await server.HasLinkAsync("ana");
        var first = (await SendAsync(server, "k", Sale)).Ok().GetRawText();
        server.Clock.Ahead = TimeSpan.FromHours(25);
        Assert.Equal(first, (await SendAsync(server, "k", Sale)).Ok().GetRawText());
        server.Clock.Ahead = TimeSpan.FromHours(49);
        (await SendAsync(server, "k", Sale.Replace("100", "200", StringComparison.Ordinal))).Ok();
        (await SendAsync(server, "l", Sale)).Ok();
        server.Clock.Ahead = TimeSpan.FromHours(98);
        (await SendAsync(server, "m", Sale)).Ok();
        Assert.Equal(1, server.Database.Read(session => session.First<long>("SELECT COUNT(*) FROM idempotency_keys")));
    }

    [EngineTheory]
    [InlineData(256)]
    [InlineData(0)]
    public async Task A_key_that_is_too_long_or_empty_is_refused(int length)
    {
        await using var server = await StartAsync();
        (await SendAsync(server, new string('k', length), Sale)).Refused(422, "unprocessable_entity");
    }

    [EngineTheory]
    [InlineData("/links", """{"url":"https://a.example/"}""")]
    [InlineData("/partners", """{"email":"a@example.com","linkProps":{"url":"https://a.example/"}}""")]
    [InlineData("/partners/links", """{"tenantId":"t","url":"https://a.example/"}""")]
    [InlineData("/programs", """{"name":"One"}""")]
    [InlineData("/discount-codes", """{"tenantId":"t","linkId":"ext_l"}""")]
    public async Task What_is_made_by_a_call_that_is_sent_again_with_its_key_is_made_once(string path, string body)
    {
        await using var server = await StartAsync();
        (await server.PostAsync("/partners", new { email = "t@example.com", tenantId = "t", linkProps = new { url = "https://t.example/", externalId = "l" } })).Ok();
        var first = await SendAsync(server, "k", body, path);
        Assert.Equal(first, await SendAsync(server, "k", body, path));
        (await SendAsync(server, "k", body.Replace("}", " }", StringComparison.Ordinal), path)).Refused(422, "unprocessable_entity");
        Assert.NotEqual(first.Ok().GetProperty("id").GetString(), (await SendAsync(server, "l", body.Replace("a@", "b@", StringComparison.Ordinal), path)).Ok().GetProperty("id").GetString());
    }

    [EngineFact]
    public async Task Any_route_can_have_its_work_done_once()
    {
        await using var server = await StartAsync();
        var calls = server.App.Services.GetRequiredService<IdempotentCalls>();
        var body = "{}"u8.ToArray();
        var answers = new List<StoredAnswer>();
        foreach (var key in new[] { "k", "k", null })
        {
            answers.Add((StoredAnswer)await calls.RunAsync(ContextOf(key), body, 201, session => new { n = session.Add("test", 1) }));
        }

        Assert.Equal(["""{"n":1}""", """{"n":1}""", """{"n":2}"""], answers.Select(answer => answer.Text));
        Assert.All(answers, answer => Assert.Equal(201, answer.Status));
        await Assert.ThrowsAsync<ApiError>(() => calls.RunAsync(ContextOf("k"), "{ }"u8.ToArray(), 201, _ => ""));
        Assert.Equal(2, server.Database.Read(session => session.Counter("test")));
    }

    private static DefaultHttpContext ContextOf(string? key)
    {
        var context = new DefaultHttpContext();
        context.Request.Method = "POST";
        context.Request.Path = "/payouts";
        if (key is not null)
        {
            context.Request.Headers["Idempotency-Key"] = key;
        }

        return context;
    }

    private static async Task<Reply> SendAsync(AggregatorServer server, string? key, string body, string path = "/track/sale")
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = new StringContent(body, Encoding.UTF8, "application/json") };
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", AggregatorServer.Key);
        if (key is not null)
        {
            request.Headers.Add("Idempotency-Key", key);
        }

        using var response = await server.Client.SendAsync(request);
        return new Reply(response.StatusCode, await response.Content.ReadAsStringAsync());
    }
}

public sealed class IdempotencyTestsOnSqlite : IdempotencyTests;

[OnPostgres]
public sealed class IdempotencyTestsOnPostgres : IdempotencyTests;
