using SmartFhir.Sandbox.Fhir;

namespace SmartFhir.Sandbox.Hosting;

/// <summary>Shows the faults of a <see cref="FaultPlan"/> on the FHIR API, but not on discovery or the CapabilityStatement, so that a client can get that far.</summary>
public sealed class FaultMiddleware(RequestDelegate next, FaultPlan plan, SandboxOptions options)
{
    private readonly Random _random = new(options.Seed);

    public async Task InvokeAsync(HttpContext context)
    {
        if (!context.Request.Path.StartsWithSegments("/fhir", StringComparison.Ordinal, out PathString rest)
            || rest.StartsWithSegments("/.well-known", StringComparison.Ordinal)
            || rest.StartsWithSegments("/metadata", StringComparison.Ordinal))
        {
            await next(context);
            return;
        }

        await Task.Delay(plan.Delay, context.RequestAborted);
        double draw;
        lock (_random)
        {
            draw = _random.NextDouble();
        }

        if (draw < plan.Throttled)
        {
            context.Response.Headers.RetryAfter = "1";
            await Outcome.WriteAsync(context, StatusCodes.Status429TooManyRequests, "throttled", "Simulated: too many requests.");
        }
        else if (draw < plan.Throttled + plan.Unavailable)
        {
            await Outcome.WriteAsync(context, StatusCodes.Status503ServiceUnavailable, "transient", "Simulated: the server is not available.");
        }
        else if (draw < plan.Throttled + plan.Unavailable + plan.Reset)
        {
            context.Abort();
        }
        else
        {
            await next(context);
        }
    }
}
