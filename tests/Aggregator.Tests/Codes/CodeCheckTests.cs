using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using LinkTracker.Aggregator.Codes;
using LinkTracker.Aggregator.Tests.Api;
using LinkTracker.Aggregator.Tests.Engines;

namespace LinkTracker.Aggregator.Tests.Codes;

public abstract class CodeCheckTests : EngineTests
{
    private const string Nobodys = """{"valid":false,"partnerName":null}""";

    [EngineFact]
    public async Task A_valid_code_tells_whose_it_is()
    {
        await using var server = await StartAsync();
        var (partner, link) = await DiscountCodeTests.HasPartnerAsync(server, "ana");
        (await server.PostAsync("/discount-codes", new { partnerId = partner, linkId = link, code = "SAVE10" })).Ok();
        await server.HasLinkAsync("house");
        foreach (var code in new[] { "ana", "A-N-A", "save-10", "%20SAVE10%20" })
        {
            Assert.Equal("""{"valid":true,"partnerName":"ana"}""", (await server.GetAsync("/codes/check?code=" + code)).Text);
        }

        Assert.Equal("""{"valid":true,"partnerName":null}""", (await server.GetAsync("/codes/check?code=house")).Text);
        Assert.StartsWith("code", (await server.GetAsync("/codes/check")).Refused(422, "unprocessable_entity"), StringComparison.Ordinal);
    }

    [EngineFact]
    public async Task A_database_that_fails_makes_nobody_a_guesser()
    {
        await using var server = await StartAsync();
        await server.HasLinkAsync("house");
        server.Database.Write(session => session.Execute("ALTER TABLE link_aliases RENAME TO elsewhere"));
        for (var i = 0; i <= GuessThrottle.OfNetwork; i++)
        {
            Assert.Equal(500, (int)(await server.GetAsync("/codes/check?code=house")).Status);
        }

        server.Database.Write(session => session.Execute("ALTER TABLE elsewhere RENAME TO link_aliases"));
        (await server.GetAsync("/codes/check?code=house")).Ok();
        Assert.Equal(0, (await server.GetAsync("/stats")).Ok().GetProperty("codes").GetProperty("misses").GetInt64());
    }

    [EngineFact]
    public async Task What_is_unknown_disabled_expired_or_of_a_stopped_partner_gets_one_answer()
    {
        await using var server = await StartAsync();
        var (banned, _) = await DiscountCodeTests.HasPartnerAsync(server, "banned");
        (await server.PostAsync("/partners/ban", new { partnerId = banned, reason = "spam" })).Ok();
        await server.HasLinkAsync("disabled", new { disabled = true });
        await server.HasLinkAsync("expired", new { expiresAt = server.Clock.GetUtcNow().AddDays(-1) });
        var deleted = await server.HasLinkAsync("deleted");
        (await server.DeleteAsync("/links/" + deleted)).Ok();
        foreach (var code in new[] { "nobody", "disabled", "expired", "deleted", "banned" })
        {
            var reply = await server.GetAsync("/codes/check?code=" + code);
            Assert.Equal((HttpStatusCode.OK, Nobodys), (reply.Status, reply.Text));
        }
    }

    [EngineFact]
    public async Task Guessing_ends_in_429_for_valid_codes_as_well()
    {
        await using var server = await StartAsync();
        await server.HasLinkAsync("ana");
        for (var i = 0; i < GuessThrottle.OfNetwork; i++)
        {
            Assert.Equal(Nobodys, (await server.GetAsync("/codes/check?code=guess" + i)).Text);
        }

        using var request = new HttpRequestMessage(HttpMethod.Get, "/codes/check?code=ana");
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", AggregatorServer.Key);
        using var response = await server.Client.SendAsync(request);
        new Reply(response.StatusCode, await response.Content.ReadAsStringAsync()).Refused(429, "rate_limit_exceeded");
        Assert.InRange(int.Parse(Assert.Single(response.Headers.GetValues("Retry-After")), CultureInfo.InvariantCulture), 1, 600);

        var stats = (await server.GetAsync("/stats")).Ok().GetProperty("codes");
        Assert.Equal((100, 1), (stats.GetProperty("misses").GetInt64(), stats.GetProperty("throttled").GetInt64()));
        server.Clock.Ahead = TimeSpan.FromMinutes(11);
        Assert.True((await server.GetAsync("/codes/check?code=ana")).Ok().GetProperty("valid").GetBoolean());
    }
}

public sealed class CodeCheckTestsOnSqlite : CodeCheckTests;

[OnPostgres]
public sealed class CodeCheckTestsOnPostgres : CodeCheckTests;
