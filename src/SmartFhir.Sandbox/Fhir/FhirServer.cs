using System.Globalization;
using SmartFhir.Sandbox.Data;

namespace SmartFhir.Sandbox.Fhir;

/// <summary>The FHIR R4 API under <c>/fhir</c>.</summary>
public static class FhirServer
{
    public static void AddFhir(this IServiceCollection services, SandboxOptions options)
    {
        services.AddSingleton<SearchParameterCatalog>();
        services.AddSingleton<ResourceIndexer>();
        services.AddSingleton(_ => new ResourceStore(options));
        services.AddSingleton<PatientCompartment>();
        services.AddSingleton<SearchService>();
        services.AddSingleton<CapabilityStatementBuilder>();
        services.AddSingleton<IPeopleDirectory, PeopleDirectory>();
        services.AddSingleton<DataLoader>();
        services.AddHostedService<DataStart>();
    }

    public static void MapFhir(this WebApplication app) => app.Map("/fhir/{**path}", HandleAsync);

    private static async Task HandleAsync(HttpContext context, SearchService search, CapabilityStatementBuilder capabilities, string? path)
    {
        context.Response.Headers["X-Request-Id"] = context.TraceIdentifier;
        try
        {
            await RouteAsync(context, search, capabilities, (path ?? "").Split('/', StringSplitOptions.RemoveEmptyEntries));
        }
        catch (FhirRequestException exception)
        {
            if (exception.Challenge is { } challenge)
            {
                context.Response.Headers.WWWAuthenticate = challenge;
            }

            await Outcome.WriteAsync(context, exception.Status, exception.Code, exception.Message);
        }
    }

    private static async Task RouteAsync(HttpContext context, SearchService search, CapabilityStatementBuilder capabilities, string[] path)
    {
        var access = new AccessPolicy(context.Features.Get<SmartGrant>());
        bool posted = HttpMethods.IsPost(context.Request.Method);
        if (!HttpMethods.IsGet(context.Request.Method) && !(posted && path is [_, "_search"]))
        {
            throw new FhirRequestException(405, "not-supported", $"{context.Request.Method} is not offered: this version of the sandbox only reads.");
        }

        if (path is [{ } type, ..] && type is not ("metadata" or "_history") && !SearchParameterCatalog.IsResourceType(type))
        {
            throw new FhirRequestException(404, "not-found", $"'{type}' is not a resource type of FHIR R4.");
        }

        switch (path)
        {
            case ["metadata"]:
                await WriteAsync(context, capabilities.Json);
                break;
            case [{ } one, "_search"] when posted:
                await WriteAsync(context, search.Search(one, await ParametersAsync(context), access, IsStrict(context)));
                break;
            case ["_history"]:
                await WriteAsync(context, search.History(null, null, await ParametersAsync(context), access));
                break;
            case [{ } one]:
                await WriteAsync(context, search.Search(one, await ParametersAsync(context), access, IsStrict(context)));
                break;
            case [{ } one, "_history"]:
                await WriteAsync(context, search.History(one, null, await ParametersAsync(context), access));
                break;
            case [{ } one, { } id, "_history"]:
                await WriteAsync(context, search.History(one, id, await ParametersAsync(context), access));
                break;
            case ["Patient", { } id, "$everything"]:
                search.Read("Patient", id, null, access);
                await WriteAsync(context, search.Everything(id, await ParametersAsync(context), access));
                break;
            case [{ } one, { } id]:
                await WriteResourceAsync(context, search.Read(one, id, null, access));
                break;
            case [{ } one, { } id, "_history", { } version]:
                await WriteResourceAsync(context, search.Read(one, id, int.TryParse(version, NumberStyles.None, CultureInfo.InvariantCulture, out int number) ? number : -1, access));
                break;
            default:
                throw new FhirRequestException(404, "not-found", $"There is nothing at /fhir/{string.Join('/', path)}.");
        }
    }

    private static async Task<List<KeyValuePair<string, string>>> ParametersAsync(HttpContext context)
    {
        var parameters = new List<KeyValuePair<string, string>>();
        Add(context.Request.Query);
        if (HttpMethods.IsPost(context.Request.Method))
        {
            if (!context.Request.HasFormContentType)
            {
                throw new FhirRequestException(415, "not-supported", "A search by POST needs the Content-Type application/x-www-form-urlencoded.");
            }

            Add(await context.Request.ReadFormAsync());
        }

        return parameters;

        void Add(IEnumerable<KeyValuePair<string, Microsoft.Extensions.Primitives.StringValues>> source) =>
            parameters.AddRange(source.SelectMany(item => item.Value.Select(value => new KeyValuePair<string, string>(item.Key, value ?? ""))));
    }

    private static bool IsStrict(HttpContext context) => context.Request.Headers["Prefer"].ToString().Contains("handling=strict", StringComparison.OrdinalIgnoreCase);

    private static Task WriteAsync(HttpContext context, ReadOnlyMemory<byte> json)
    {
        context.Response.ContentType = Outcome.MediaType;
        context.Response.Headers.CacheControl = "no-store";
        return context.Response.Body.WriteAsync(json, context.RequestAborted).AsTask();
    }

    private static Task WriteResourceAsync(HttpContext context, StoredResource resource)
    {
        context.Response.Headers.ETag = resource.ETag;
        context.Response.Headers.LastModified = resource.LastUpdated.ToString("R", CultureInfo.InvariantCulture);
        if (context.Request.Headers.IfNoneMatch.ToString().Split(',', StringSplitOptions.TrimEntries).Contains(resource.ETag, StringComparer.Ordinal))
        {
            context.Response.StatusCode = StatusCodes.Status304NotModified;
            return Task.CompletedTask;
        }

        return WriteAsync(context, resource.Json);
    }
}
