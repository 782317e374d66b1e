using System.Collections.Concurrent;
using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Logging;

namespace SmartFhir.Tests.Http;

/// <summary>A request as a server saw it.</summary>
internal sealed record SeenRequest(string Method, string PathAndQuery, IReadOnlyDictionary<string, string> Headers)
{
    public string? Header(string name) => Headers.GetValueOrDefault(name);
}

/// <summary>A real Kestrel server on a free port of 127.0.0.1 that answers as a test says and remembers what it was asked.</summary>
internal sealed class LoopbackServer : IAsyncDisposable
{
    private readonly WebApplication _application;
    private readonly ConcurrentQueue<SeenRequest> _requests = new();

    private LoopbackServer(WebApplication application, X509Certificate2? certificate)
    {
        _application = application;
        Certificate = certificate;
    }

    /// <summary>Scheme, host and port, without a slash.</summary>
    public string Origin { get; private set; } = "";

    public X509Certificate2? Certificate { get; }

    public IReadOnlyList<SeenRequest> Requests => [.. _requests];

    public IEnumerable<string> Paths => _requests.Select(request => request.PathAndQuery);

    public static Task<LoopbackServer> StartAsync(RequestDelegate answer) => StartAsync(answer, certificate: null);

    /// <summary>Answers with the JSON of the path, 404 for every other one.</summary>
    public static Task<LoopbackServer> ServingAsync(Func<string, string?> json) => StartAsync(async context =>
    {
        string? body = json(context.Request.Path.Value!);
        context.Response.StatusCode = body is null ? 404 : 200;
        context.Response.ContentType = "application/json";
        await context.Response.WriteAsync(body ?? "");
    });

    public static async Task<LoopbackServer> StartAsync(RequestDelegate answer, X509Certificate2? certificate)
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(options =>
        {
            options.AddServerHeader = false;
            options.Listen(IPAddress.Loopback, 0, listen =>
            {
                listen.Protocols = HttpProtocols.Http1;
                if (certificate is not null)
                {
                    listen.UseHttps(certificate);
                }
            });
        });
        WebApplication application = builder.Build();
        var server = new LoopbackServer(application, certificate);
        application.Run(context =>
        {
            server._requests.Enqueue(new SeenRequest(
                context.Request.Method,
                context.Request.Path.ToUriComponent() + context.Request.QueryString.ToUriComponent(),
                context.Request.Headers.ToDictionary(header => header.Key, header => header.Value.ToString(), StringComparer.OrdinalIgnoreCase)));
            return answer(context);
        });
        await application.StartAsync();
        server.Origin = application.Urls.Single();
        return server;
    }

    /// <summary>A self-signed certificate as people make them for tests.</summary>
    public static X509Certificate2 CreateCertificate(string name, DateTimeOffset from, DateTimeOffset until)
    {
        using var key = RSA.Create(2048);
        var request = new CertificateRequest("CN=" + name, key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        var names = new SubjectAlternativeNameBuilder();
        if (IPAddress.TryParse(name, out IPAddress? address))
        {
            names.AddIpAddress(address);
        }
        else
        {
            names.AddDnsName(name);
        }

        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: true, hasPathLengthConstraint: false, 0, critical: true));
        using X509Certificate2 made = request.CreateSelfSigned(from, until);
        return X509CertificateLoader.LoadPkcs12(made.Export(X509ContentType.Pkcs12), null);
    }

    public async ValueTask DisposeAsync()
    {
        await _application.StopAsync(new CancellationToken(canceled: true));
        await _application.DisposeAsync();
        Certificate?.Dispose();
    }
}
