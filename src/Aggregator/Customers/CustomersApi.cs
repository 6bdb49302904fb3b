using Dapper;
using LinkTracker.Aggregator.Api;
using LinkTracker.Aggregator.Conversions;
using LinkTracker.Aggregator.Storage;

namespace LinkTracker.Aggregator.Customers;

/// <summary>Customers. They come into being with their first conversion, or when the shop tells of them.</summary>
internal sealed class CustomersApi(Database database, CustomerStore store, CustomerPresenter presenter, Installation installation)
{
    private const int MostAtOnce = 1_000;

    public static void Map(IEndpointRouteBuilder routes, IServiceProvider services)
    {
        var api = ActivatorUtilities.CreateInstance<CustomersApi>(services);
        var group = routes.MapGroup("/customers").WithTags("Customers");
        group.MapGet("", api.List).WithName("getCustomers");
        group.MapGet("/{id}", api.Get).WithName("getCustomer");
        group.MapPost("", api.CreateAsync).WithName("createCustomer").Produces<CustomerResponse>(StatusCodes.Status201Created);
        group.MapPost("/import", api.ImportAsync).WithName("importCustomers");
        group.MapPatch("/{id}", api.UpdateAsync).WithName("updateCustomer");
        group.MapDelete("/{id}", api.DeleteAsync).WithName("deleteCustomer");
    }

    private IReadOnlyList<CustomerResponse> List([AsParameters] CustomerFilter filter) => database.Read<IReadOnlyList<CustomerResponse>>(session =>
    {
        var page = Page.Of(filter.Page, filter.PageSize, filter.StartingAfter, filter.EndingBefore, EntityId.Customer);
        var (where, arguments) = filter.Where(installation.DefaultProgram);
        arguments.AddDynamicParams(page);
        var rows = presenter.Query(session, where + page.Condition("c.id") + (filter.Order(page) ?? page.Order("c.id")), arguments);
        return [.. page.Arrange(rows).Select(row => presenter.Present(session, row, filter.IncludeExpandedFields == true))];
    });

    private CustomerResponse Get(string id, bool? includeExpandedFields, bool? testMode) =>
        database.Read(session => Present(session, CustomerStore.Get(session, id, testMode == true), includeExpandedFields));

    private async Task<IResult> CreateAsync(Body<CustomerRequest> body, CancellationToken cancellation) => Results.Json(
        await database.WriteAsync(session => Present(session, store.Create(session, body), false), cancellation),
        ApiJson.Options,
        statusCode: StatusCodes.Status201Created);

    private Task<CustomerImportAnswer> ImportAsync(BodyList<CustomerRequest> bodies, CancellationToken cancellation)
    {
        if (bodies.Items.Count > MostAtOnce)
        {
            throw ApiError.Unprocessable($"At most {MostAtOnce} customers at once, these are {bodies.Items.Count}.");
        }

        return database.WriteAsync(
            session =>
            {
                var (created, updated) = store.Import(session, bodies);
                return new CustomerImportAnswer(created, updated);
            },
            cancellation);
    }

    private Task<CustomerResponse> UpdateAsync(string id, Body<CustomerUpdate> body, bool? includeExpandedFields, bool? testMode, CancellationToken cancellation) =>
        database.WriteAsync(session => Present(session, store.Update(session, id, testMode == true, body), includeExpandedFields), cancellation);

    private Task<DeletedCustomer> DeleteAsync(string id, bool? testMode, CancellationToken cancellation) =>
        database.WriteAsync(session => new DeletedCustomer(EntityId.Format(EntityId.Customer, store.Delete(session, id, testMode == true).Id)), cancellation);

    private CustomerResponse Present(Session session, CustomerRow row, bool? includeExpandedFields) =>
        presenter.Present(session, presenter.Query(session, "c.id = @Id", new DynamicParameters(new { row.Id }))[0], includeExpandedFields == true);
}

/// <summary>The query parameters that choose customers.</summary>
internal sealed class CustomerFilter
{
    public string? Email { get; set; }

    public string? ExternalId { get; set; }

    /// <summary>Part of the name, the email or the external id, without regard to case.</summary>
    public string? Search { get; set; }

    public string? Country { get; set; }

    public string? LinkId { get; set; }

    public string? PartnerId { get; set; }

    /// <summary>Customers whose first credited link is in the program; in the default one, those of partners.</summary>
    public string? ProgramId { get; set; }

    public bool? IncludeExpandedFields { get; set; }

    /// <summary>True: the customers of test mode instead.</summary>
    public bool? TestMode { get; set; }

    /// <summary><c>createdAt</c> (the default), <c>saleAmount</c> or <c>firstSaleAt</c>; who never bought comes last.</summary>
    public string? SortBy { get; set; }

    /// <summary><c>desc</c> (the default) or <c>asc</c>.</summary>
    public string? SortOrder { get; set; }

    public int? Page { get; set; }

    public int? PageSize { get; set; }

    public string? StartingAfter { get; set; }

    public string? EndingBefore { get; set; }

    /// <summary>Order and part of the list; null for the usual one, the newest first.</summary>
    public string? Order(Page page)
    {
        var sortBy = Fields.OneOf(string.IsNullOrEmpty(SortBy) ? "createdAt" : SortBy, "sortBy", "createdAt", "saleAmount", "firstSaleAt");
        var direction = Fields.OneOf(string.IsNullOrEmpty(SortOrder) ? "desc" : SortOrder, "sortOrder", "desc", "asc");
        if ((sortBy, direction) == ("createdAt", "desc"))
        {
            return null;
        }

        if (page.After is not null || page.Before is not null)
        {
            throw ApiError.Unprocessable("sortBy: startingAfter and endingBefore follow createdAt, the newest first; use page with another order.");
        }

        var column = sortBy switch
        {
            "saleAmount" => "sale_amount",
            "firstSaleAt" => "first_sale_at",
            _ => "c.id",
        };
        return $" ORDER BY {column} {direction} NULLS LAST, c.id DESC LIMIT @Limit OFFSET @Offset";
    }

    public (string Where, DynamicParameters Arguments) Where(long defaultProgram)
    {
        var arguments = new DynamicParameters();
        var where = CustomerStore.IsShown;
        Add("c.is_test = @test", "test", TestMode == true ? 1 : 0);
        Add("lower(c.email) = @email", "email", Email?.ToLowerInvariant());
        Add("c.external_id = @external", "external", string.IsNullOrEmpty(ExternalId) ? null : IntakeBatch.StoredId(TestMode == true, ExternalId));
        var shown = TestMode == true ? $"substr(c.external_id, {CustomerRecord.TestPrefix.Length + 1})" : "c.external_id";
        Add($"(lower(c.name) LIKE @search ESCAPE '!' OR lower(c.email) LIKE @search ESCAPE '!' OR lower({shown}) LIKE @search ESCAPE '!')", "search", SearchPattern.Of(Search));
        Add("EXISTS (SELECT 1 FROM conversions s WHERE s.customer_id = c.id AND s.country = @country)", "country", Country?.ToUpperInvariant());
        Add("c.link_id = @link", "link", EntityId.Filter(EntityId.Link, LinkId));
        Add("c.partner_id = @partner", "partner", EntityId.Filter(EntityId.Partner, PartnerId));
        if (!string.IsNullOrEmpty(ProgramId))
        {
            Add(
                """
                EXISTS (SELECT 1 FROM links l WHERE l.id = c.link_id
                        AND (l.program_id = @program OR (l.program_id IS NULL AND @program = @defaultProgram AND c.partner_id IS NOT NULL)))
                """,
                "program",
                EntityId.Filter(EntityId.Program, ProgramId));
            arguments.Add("defaultProgram", defaultProgram);
        }

        return (where, arguments);

        void Add(string condition, string name, object? value)
        {
            if (value is not null and not "")
            {
                where += " AND " + condition;
                arguments.Add(name, value);
            }
        }
    }
}
