using System.ComponentModel.DataAnnotations;
using System.Text.Json;
using LinkTracker.Aggregator.Api;
using LinkTracker.Aggregator.Money;
using LinkTracker.Aggregator.Storage;
using LinkTracker.ServiceDefaults;

namespace LinkTracker.Aggregator.Programs;

/// <summary>Programs and the versions of their rules. Currency and whether it is a test are for ever; the default one is always there.</summary>
internal sealed class ProgramsApi(Database database, IdempotentCalls calls, ProgramStore programs, ProgramPresenter presenter, Settings settings, EntityId ids, TimeProvider clock)
{
    private const int MaxName = 190;

    // Further ahead nobody plans, and a mistyped year would lie there for ever.
    private const long MaxAheadMs = 5L * 366 * 24 * 3_600 * 1_000;

    public static void Map(IEndpointRouteBuilder routes, IServiceProvider services)
    {
        var api = ActivatorUtilities.CreateInstance<ProgramsApi>(services);
        var group = routes.MapGroup("/programs").WithTags("Programs");
        group.MapPost("", api.CreateAsync).WithName("createProgram").Produces<ProgramResponse>(StatusCodes.Status201Created);
        group.MapGet("", api.List).WithName("listPrograms");
        group.MapGet("/{id}", api.Get).WithName("getProgram");
        group.MapPatch("/{id}", api.UpdateAsync).WithName("updateProgram");
        group.MapGet("/{id}/versions", api.Versions).WithName("listProgramVersions");
    }

    private Task<IResult> CreateAsync(Body<ProgramRequest> body, HttpContext context)
    {
        var sent = body.Value;
        var name = Fields.Required(sent.Name, "name", MaxName);
        var currency = Currencies.Check(sent.Currency ?? settings.Currency);
        var rules = sent.Rules is { } change ? RulesText.Change(new ProgramRules(), change) : new ProgramRules();
        if (body.Has("validFrom"))
        {
            throw ApiError.Unprocessable("validFrom: the first rules hold since ever; leave it out.");
        }

        return calls.RunAsync(context, body.Bytes, StatusCodes.Status201Created, session =>
        {
            var id = ids.Next();
            programs.Insert(session, id, name, currency, sent.IsTest ?? false, rules);
            return presenter.Present(session, programs.Read(session).ById[id]);
        });
    }

    private IReadOnlyList<ProgramResponse> List(int? page, int? pageSize)
    {
        var asked = Page.Of(page, pageSize, null, null, EntityId.Program);
        return database.Read(session => presenter.List(session, asked));
    }

    private ProgramResponse Get(string id) => database.Read(session => presenter.Present(session, programs.Get(session, id)));

    private Task<ProgramResponse> UpdateAsync(string id, Body<ProgramChange> body, CancellationToken cancellation) => database.WriteAsync(
        session =>
        {
            var program = programs.Get(session, id);
            var sent = body.Value;
            RefuseFixed(program, sent);
            if (body.Has("name") && Fields.Required(sent.Name, "name", MaxName) is var name && name != program.Name)
            {
                programs.Rename(session, program.Id, name);
            }

            var asOf = default(long?);
            if (sent.Rules is { } change)
            {
                asOf = AddVersion(session, program, change, sent.ValidFrom);
            }
            else if (body.Has("validFrom"))
            {
                throw ApiError.Unprocessable("validFrom: is for rules; send them with it.");
            }

            return presenter.Present(session, programs.Read(session).ById[program.Id], asOf);
        },
        cancellation);

    private IReadOnlyList<ProgramVersionResponse> Versions(string id, int? page, int? pageSize)
    {
        var asked = Page.Of(page, pageSize, null, null, EntityId.Program);
        return database.Read(session => ProgramPresenter.Versions(session, programs.Get(session, id), asked));
    }

    private static void RefuseFixed(ReferralProgram program, ProgramChange sent)
    {
        if (sent.Currency is { } currency && !currency.Equals(program.Currency, StringComparison.OrdinalIgnoreCase))
        {
            throw ApiError.Unprocessable($"currency: is {program.Currency} for ever, because what is owed is in it; make another program.");
        }

        if (sent.IsTest is { } isTest && isTest != program.IsTest)
        {
            throw ApiError.Unprocessable("isTest: is fixed when a program is made; make another program.");
        }
    }

    // What has happened is judged by the rules of then: the past is not for changing. Returns when the change holds, if that is at once.
    private long? AddVersion(Session session, ReferralProgram program, JsonElement change, string? validFrom)
    {
        var newest = program.Versions[^1];
        var now = clock.GetUtcNow().ToUnixTimeMilliseconds();
        var soonest = Soonest.Change(session, now);
        var planned = Fields.Time(validFrom, "validFrom");
        if (planned < soonest || planned > now + MaxAheadMs)
        {
            throw ApiError.Unprocessable($"validFrom: must lie ahead, at most five years, and not before {Fields.Time(soonest)}, because up to then something was told.");
        }

        var from = planned ?? soonest;

        // What holds at that time is changed. A plan for later has another start then, and this version takes its place.
        var changed = program.At(from);
        var rules = programs.Pinned(RulesText.Change(changed.Rules, change));
        if (changed != newest || !RulesText.AreSame(rules, newest.Rules))
        {
            RewardIds.Check(rules, changed.Rules, program.Versions);
            programs.AddVersion(session, program.Id, new ProgramVersion(newest.Number + 1, from, rules));
        }

        return planned is null ? from : null;
    }
}

internal class ProgramChange
{
    public virtual string? Name { get; set; }

    /// <summary>ISO 4217, of the rewards; <c>Aggregator__Currency</c> unless given. Fixed.</summary>
    public string? Currency { get; set; }

    /// <summary>Whether nothing of it is in any total. Fixed.</summary>
    public bool? IsTest { get; set; }

    /// <summary>What is different from the rules that hold at that time, or from the usual ones: see <see cref="RulesText.Change"/>.</summary>
    public JsonElement? Rules { get; set; }

    /// <summary>From when the rules hold, not before <see cref="Soonest.Change"/>; then unless given. Plans for later are dropped.</summary>
    public string? ValidFrom { get; set; }
}

internal sealed class ProgramRequest : ProgramChange
{
    [Required]
    public override string? Name { get; set; }
}
