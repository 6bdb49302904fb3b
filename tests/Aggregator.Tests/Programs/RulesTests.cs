using System.Text.Json;
using LinkTracker.Aggregator.Api;
using LinkTracker.Aggregator.Programs;

namespace LinkTracker.Aggregator.Tests.Programs;

public class RulesTests
{
    private const string Reward = """{"id":"r","basisPoints":1000""";

    [Theory]
    [InlineData("""[]""", "rules:")]
    [InlineData("""{"atribution":{}}""", "rules.atribution:")]
    [InlineData("""{"attribution":{"clickdays":1}}""", "rules.attribution.clickdays:")]
    [InlineData("""{"attribution":5}""", "rules.attribution:")]
    [InlineData("""{"attribution":{"clickDays":"x"}}""", "rules.attribution.clickDays:")]
    [InlineData("""{"attribution":{"clickDays":0}}""", "rules.attribution.clickDays:")]
    [InlineData("""{"attribution":{"clickDays":366}}""", "rules.attribution.clickDays:")]
    [InlineData("""{"attribution":{"clickDays":1.5}}""", "rules.attribution.clickDays:")]
    [InlineData("""{"attribution":{"clickDays":99999999999}}""", "rules.attribution.clickDays:")]
    [InlineData("""{"attribution":{"leadDays":0}}""", "rules.attribution.leadDays:")]
    [InlineData("""{"attribution":{"contactDays":0}}""", "rules.attribution.contactDays:")]
    [InlineData("""{"attribution":{"pendingDays":-1}}""", "rules.attribution.pendingDays:")]
    [InlineData("""{"attribution":{"maxTouches":101}}""", "rules.attribution.maxTouches:")]
    [InlineData("""{"attribution":{"halfLifeDays":0}}""", "rules.attribution.halfLifeDays:")]
    [InlineData("""{"attribution":{"model":"best"}}""", "rules.attribution.model:")]
    [InlineData("""{"attribution":{"firstPercent":101}}""", "rules.attribution.firstPercent:")]
    [InlineData("""{"attribution":{"firstPercent":60,"lastPercent":41}}""", "rules.attribution.lastPercent:")]
    [InlineData("""{"attribution":{"precedence":[]}}""", "rules.attribution.precedence:")]
    [InlineData("""{"attribution":{"precedence":["code","codes"]}}""", "rules.attribution.precedence[1]:")]
    [InlineData("""{"attribution":{"precedence":["code",null]}}""", "rules.attribution.precedence[1]")]
    [InlineData("""{"attribution":{"precedence":["code","code"]}}""", "rules.attribution.precedence[1]:")]
    [InlineData("""{"holdingDays":366}""", "rules.holdingDays:")]
    [InlineData("""{"approval":"perhaps"}""", "rules.approval:")]
    [InlineData("""{"minimumPayout":-1}""", "rules.minimumPayout:")]
    [InlineData("""{"eligibility":[{"operator":"eq","value":1}]}""", "rules.eligibility[0]")]
    [InlineData("""{"eligibility":[null]}""", "rules.eligibility[0]:")]
    [InlineData("""{"eligibility":[{"attribute":"a","operator":"like","value":1}]}""", "rules.eligibility[0].operator:")]
    [InlineData("""{"eligibility":[{"attribute":"a","operator":"gt","value":true}]}""", "rules.eligibility[0].value:")]
    [InlineData("""{"eligibility":[{"attribute":"a","operator":"gt","value":1e400}]}""", "rules.eligibility[0].value:")]
    [InlineData("""{"eligibility":[{"attribute":"a","operator":"eq"}]}""", "rules.eligibility[0].value:")]
    [InlineData("""{"eligibility":[{"attribute":"a","operator":"in","value":[]}]}""", "rules.eligibility[0].value:")]
    [InlineData("""{"eligibility":[{"attribute":"a","operator":"exists","value":1}]}""", "rules.eligibility[0].value:")]
    [InlineData("""{"groups":[{"name":"a"},{"name":"a"}]}""", "rules.groups[1].name:")]
    [InlineData("""{"groups":[{"name":" a"}]}""", "rules.groups[0].name:")]
    [InlineData("""{"groups":[{"name":"a","holdingDays":-1}]}""", "rules.groups[0].holdingDays:")]
    [InlineData("""{"groups":[{"name":"a","rewards":[{"id":"R"}]}]}""", "rules.groups[0].rewards[0].id:")]
    [InlineData("""{"fraud":{"self_referral":{"mode":"shoot"}}}""", "rules.fraud.self_referral.mode:")]
    [InlineData("""{"fraud":{"Self":{"mode":"off"}}}""", "rules.fraud:")]
    [InlineData("""{"rewards":[{"id":""}]}""", "rules.rewards[0].id:")]
    [InlineData("""{"rewards":[{"id":"r"}]}""", "rules.rewards[0].basisPoints:")]
    [InlineData("""{"rewards":[{"id":"r","basisPoints":10001}]}""", "rules.rewards[0].basisPoints:")]
    [InlineData("""{"rewards":[{"id":"r","kind":"flat"}]}""", "rules.rewards[0].amount:")]
    [InlineData("""{"rewards":[{"id":"r","kind":"flat","amount":1000000000001}]}""", "rules.rewards[0].amount:")]
    [InlineData("""{"rewards":[{"id":"r","kind":"access"}]}""", "rules.rewards[0].label:")]
    [InlineData($"{{\"rewards\":[{Reward}}},{Reward}}}]}}", "rules.rewards[1].id:")]
    [InlineData($"{{\"rewards\":[{Reward},\"event\":\"lead\"}}]}}", "rules.rewards[0].kind:")]
    [InlineData($"{{\"rewards\":[{Reward},\"side\":\"nobody\"}}]}}", "rules.rewards[0].side:")]
    [InlineData($"{{\"rewards\":[{Reward},\"basis\":\"best\"}}]}}", "rules.rewards[0].basis:")]
    [InlineData($"{{\"rewards\":[{Reward},\"products\":[\"\"]}}]}}", "rules.rewards[0].products[0]:")]
    [InlineData($"{{\"rewards\":[{Reward},\"everyNth\":0}}]}}", "rules.rewards[0].everyNth:")]
    [InlineData($"{{\"rewards\":[{Reward},\"tiers\":{{\"steps\":[]}}}}]}}", "rules.rewards[0].tiers.steps:")]
    [InlineData($"{{\"rewards\":[{Reward},\"tiers\":{{\"steps\":[{{\"from\":5,\"value\":1}},{{\"from\":5,\"value\":2}}]}}}}]}}", "rules.rewards[0].tiers.steps[1].from:")]
    [InlineData($"{{\"rewards\":[{Reward},\"tiers\":{{\"period\":\"decade\",\"steps\":[{{\"from\":5,\"value\":1}}]}}}}]}}", "rules.rewards[0].tiers.period:")]
    [InlineData($"{{\"rewards\":[{Reward},\"caps\":[{{\"scope\":\"all\",\"period\":\"month\",\"amount\":1}}]}}]}}", "rules.rewards[0].caps[0].scope:")]
    [InlineData($"{{\"rewards\":[{Reward},\"caps\":[{{\"scope\":\"partner\",\"period\":\"month\",\"amount\":1}},{{\"scope\":\"partner\",\"period\":\"month\",\"amount\":2}}]}}]}}", "rules.rewards[0].caps[1].period:")]
    [InlineData("""{"rewards":[{"id":"r","kind":"access","label":"l","caps":[{"scope":"partner","period":"month","amount":1}]}]}""", "rules.rewards[0].caps:")]
    [InlineData("""{"rewards":[{"id":"r","kind":"discount","basisPoints":1,"tiers":{"steps":[{"from":1,"value":1}]}}]}""", "rules.rewards[0].tiers:")]
    [InlineData("""{"rewards":[{"id":"r","kind":"flat","amount":1,"event":"lead","maxMonths":1}]}""", "rules.rewards[0].maxMonths:")]
    [InlineData("""{"rewards":[{"id":"r","basisPoints":1}],"groups":[{"name":"a","rewards":[{"id":"r","kind":"credit","amount":1}]}]}""", "rules.groups[0].rewards[0].id:")]
    [InlineData("""{"rewards":[{"id":"r","basisPoints":1}],"groups":[{"name":"a","rewards":[{"id":"r","side":"friend","basisPoints":1}]}]}""", "rules.groups[0].rewards[0].id:")]
    [InlineData("""{"groups":[{"name":"a","rewards":[{"id":"r","kind":"flat","amount":1}]},{"name":"b","rewards":[{"id":"r","event":"lead","kind":"flat","amount":1}]}]}""", "rules.groups[1].rewards[0].id:")]
    public void What_makes_no_sense_is_refused_by_its_path(string change, string path)
    {
        var refusal = Assert.Throws<ApiError>(() => RulesText.Change(new ProgramRules(), JsonSerializer.Deserialize<JsonElement>(change)));
        Assert.Equal(422, refusal.Status);
        Assert.StartsWith(path, refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Rules_with_everything_are_taken_and_come_back_as_they_were()
    {
        const string All = """
            {"attribution":{"model":"position","firstPercent":30,"lastPercent":50,"halfLifeDays":14,"precedence":["click","code"],"clickDays":365,"leadDays":400,
             "contactDays":60,"existingCustomers":false,"newCustomersOnly":true,"pendingDays":0,"maxTouches":5},
             "eligibility":[{"attribute":"tenureDays","operator":"gte","value":90},{"attribute":"asks","operator":"lt","value":6,"reason":"fatigue"},
              {"attribute":"plan","operator":"in","value":["pro",5,true]},{"attribute":"nps","operator":"exists"}],
             "rewards":[{"id":"first-sale","kind":"percentage","basisPoints":1000,"basis":"gross","products":["p"],"minimumAmount":100,"maxMonths":0,"everyNth":2,
              "tiers":{"by":"revenue","period":"quarter","mode":"retroactive","steps":[{"from":10,"value":1100},{"from":20,"value":1200}]},
              "caps":[{"scope":"partner","period":"month","amount":5000},{"scope":"program","period":"all","amount":9000}]},
              {"id":"lead","event":"lead","kind":"flat","amount":500},{"id":"friend","side":"friend","kind":"discount","basisPoints":500,"label":"5 % off"},
              {"id":"club","kind":"access","label":"The club"},{"id":"credit","kind":"credit","amount":1000}],
             "groups":[{"name":"gold","rewards":[{"id":"first-sale","basisPoints":2000}],"holdingDays":0},{"name":"default"}],
             "holdingDays":14,"approval":"manual","minimumPayout":2500,"fraud":{"self_referral":{"mode":"hold"},"velocity":{"mode":"flag","threshold":3,"minutes":5}}}
            """;
        var rules = RulesText.Change(new ProgramRules(), JsonSerializer.Deserialize<JsonElement>(All));
        var again = JsonSerializer.Deserialize<ProgramRules>(RulesText.Write(rules), ApiJson.Options)!;
        Assert.True(RulesText.AreSame(rules, again));
        Assert.Equal((365, 5, 2, "hold"), (again.Attribution.ClickDays, again.Rewards.Count, again.Groups.Count, again.Fraud["self_referral"].Mode));

        // Of an object a change keeps the rest, of a list it does not; null takes a rule out.
        var less = RulesText.Change(rules, JsonSerializer.Deserialize<JsonElement>("""{"rewards":[],"fraud":{"self_referral":null,"velocity":{"mode":"off"}}}"""));
        Assert.Equal((0, "velocity", 14), (less.Rewards.Count, Assert.Single(less.Fraud.Keys), less.HoldingDays));
    }
}
