using Microsoft.AspNetCore.Http;
using SmartFhir.Http;

namespace SmartFhir.Tests.Http;

public sealed class FhirPagerTests
{
    [Fact]
    public async Task Pages_are_read_to_the_end_whether_the_next_link_is_absolute_or_relative()
    {
        await using LoopbackServer server = await ServePagesAsync(page => page switch
        {
            1 => "$origin/fhir?opaque=a%7Cb&page=2",
            2 => "?page=3",
            3 => "/other/path?page=4",
            _ => null,
        });
        Assert.Equal([1, 2, 3, 4], await ReadAsync(server));
        Assert.Equal(["/fhir/Patient?name=x", "/fhir?opaque=a%7Cb&page=2", "/fhir?page=3", "/other/path?page=4"], server.Paths);
        Assert.All(server.Requests, request => Assert.Equal("Bearer first-token", request.Header("Authorization")));
    }

    [Fact]
    public async Task The_next_page_is_on_its_way_while_this_one_is_in_hand()
    {
        var secondArrived = new TaskCompletionSource();
        await using LoopbackServer server = await ServePagesAsync(page => page < 3 ? $"?page={page + 1}" : null, page =>
        {
            if (page == 2)
            {
                secondArrived.TrySetResult();
            }

            return Task.CompletedTask;
        });
        using var fhir = new FhirClientFixture(server.Origin + "/fhir");
        await using IAsyncEnumerator<FhirPage> pages = (await StartAsync(fhir, default)).GetAsyncEnumerator();
        Assert.True(await pages.MoveNextAsync());
        await secondArrived.Task.WaitAsync(TimeSpan.FromSeconds(20));
        Assert.DoesNotContain(server.Paths, path => path.Contains("page=3", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_consumer_that_stops_gives_up_the_page_under_way_and_no_further_one_is_asked_for()
    {
        var secondArrived = new TaskCompletionSource();
        var secondAborted = new TaskCompletionSource();
        await using LoopbackServer server = await LoopbackServer.StartAsync(async context =>
        {
            if (context.Request.Query["page"] == "2")
            {
                secondArrived.TrySetResult();
                using CancellationTokenRegistration registration = context.RequestAborted.Register(() => secondAborted.TrySetResult());
                await secondAborted.Task;
                return;
            }

            await context.Response.WriteAsync(Page(1, "?page=2"));
        });
        using var fhir = new FhirClientFixture(server.Origin + "/fhir");
        await foreach (FhirPage page in await StartAsync(fhir, default))
        {
            Assert.Single(page.Bundle.Entries);
            await secondArrived.Task.WaitAsync(TimeSpan.FromSeconds(20));
            break;
        }

        await secondAborted.Task.WaitAsync(TimeSpan.FromSeconds(20));
        Assert.Equal(2, server.Requests.Count);
    }

    [Fact]
    public async Task A_limit_of_pages_is_also_a_limit_of_requests()
    {
        await using LoopbackServer server = await ServePagesAsync(page => $"?page={page + 1}");
        Assert.Equal([1, 2], await ReadAsync(server, new PagingLimit(Pages: 2)));
        Assert.Equal(2, server.Requests.Count);
    }

    [Fact]
    public async Task A_page_that_is_not_needed_is_not_asked_for()
    {
        await using LoopbackServer server = await ServePagesAsync(page => $"?page={page + 1}");
        Assert.Equal([1, 2], await ReadAsync(server, new PagingLimit(Resources: 2)));
        Assert.Equal(2, server.Requests.Count);
    }

    [Theory]
    [InlineData("?page=2")]
    [InlineData("$origin/fhir/Patient?name=x")]
    public async Task A_chain_that_returns_to_a_page_already_read_is_a_PagingLoop(string back)
    {
        await using LoopbackServer server = await ServePagesAsync(page => page == 1 ? "?page=2" : back);
        var read = new List<int>();
        SmartException error = await Assert.ThrowsAsync<SmartException>(() => ReadAsync(server, read: read));
        Assert.Equal(SmartErrorCode.PagingLoop, error.Code);
        Assert.Equal([1, 2], read);
        Assert.Equal(2, server.Requests.Count);
    }

    [Fact]
    public async Task A_next_link_to_another_server_is_an_error_after_the_page_and_never_sees_the_token()
    {
        await using LoopbackServer other = await LoopbackServer.ServingAsync(_ => Page(2, null));
        await using LoopbackServer server = await ServePagesAsync(_ => other.Origin + "/fhir?page=2");
        var read = new List<int>();
        SmartException error = await Assert.ThrowsAsync<SmartException>(() => ReadAsync(server, read: read));
        Assert.Equal(SmartErrorCode.ForeignOrigin, error.Code);
        Assert.Equal([1], read);
        Assert.Empty(other.Requests);
    }

    [Fact]
    public async Task A_page_that_is_not_a_bundle_is_an_error_and_not_the_end()
    {
        await using LoopbackServer server = await LoopbackServer.ServingAsync(path =>
            path == "/fhir/Patient" ? Page(1, "/two") : """{"resourceType":"OperationOutcome","issue":[]}""");
        var read = new List<int>();
        SmartException error = await Assert.ThrowsAsync<SmartException>(() => ReadAsync(server, read: read));
        Assert.Equal(SmartErrorCode.ResponseNotJson, error.Code);
        Assert.Contains("OperationOutcome", error.Message, StringComparison.Ordinal);
        Assert.Equal([1], read);
    }

    [Fact]
    public async Task A_failure_of_a_later_page_comes_after_the_pages_before_it()
    {
        await using LoopbackServer server = await LoopbackServer.StartAsync(context =>
        {
            context.Response.StatusCode = context.Request.Query["page"] == "2" ? 500 : 200;
            return context.Response.WriteAsync(Page(1, "?page=2"));
        });
        var read = new List<int>();
        FhirException error = await Assert.ThrowsAsync<FhirException>(() => ReadAsync(server, read: read));
        Assert.Equal(SmartErrorCode.FhirServerError, error.Code);
        Assert.Equal([1], read);
    }

    [Fact]
    public async Task Cancelling_ends_the_wait_for_a_page()
    {
        var secondArrived = new TaskCompletionSource();
        await using LoopbackServer server = await ServePagesAsync(page => $"?page={page + 1}", async page =>
        {
            if (page == 2)
            {
                secondArrived.TrySetResult();
                await Task.Delay(Timeout.Infinite);
            }
        });
        using var fhir = new FhirClientFixture(server.Origin + "/fhir");
        using var cancellation = new CancellationTokenSource();
        await using IAsyncEnumerator<FhirPage> pages = (await StartAsync(fhir, default, cancellation.Token)).GetAsyncEnumerator();
        Assert.True(await pages.MoveNextAsync());
        await secondArrived.Task.WaitAsync(TimeSpan.FromSeconds(20));
        ValueTask<bool> second = pages.MoveNextAsync();
        await cancellation.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await second);
    }

    private static string Page(int number, string? next)
    {
        string link = next is null ? "" : $$"""{"relation":"next","url":"{{next}}"}""";
        return $$"""{"resourceType":"Bundle","type":"searchset","link":[{{link}}],"entry":[{"resource":{"resourceType":"Patient","id":"{{number}}"} }]}""";
    }

    private static Task<LoopbackServer> ServePagesAsync(Func<int, string?> next, Func<int, Task>? arrived = null) => LoopbackServer.StartAsync(async context =>
    {
        int page = int.TryParse(context.Request.Query["page"], out int number) ? number : 1;
        await (arrived?.Invoke(page) ?? Task.CompletedTask).WaitAsync(context.RequestAborted);
        await context.Response.WriteAsync(Page(page, next(page)?.Replace("$origin", $"http://{context.Request.Host}", StringComparison.Ordinal)));
    });

    private static async Task<IAsyncEnumerable<FhirPage>> StartAsync(FhirClientFixture fhir, PagingLimit limit, CancellationToken cancellationToken = default)
    {
        var request = new FhirRequest { Path = "Patient?name=x" };
        FhirResponse first = await fhir.Client.SendAsync(request, cancellationToken);
        return new FhirPager(fhir.Client).ReadAsync(first, request, limit, cancellationToken);
    }

    private static async Task<List<int>> ReadAsync(LoopbackServer server, PagingLimit limit = default, List<int>? read = null)
    {
        read ??= [];
        using var fhir = new FhirClientFixture(server.Origin + "/fhir");
        await foreach (FhirPage page in await StartAsync(fhir, limit))
        {
            using var resource = System.Text.Json.JsonDocument.Parse(Assert.Single(page.Bundle.Entries).Resource);
            read.Add(int.Parse(resource.RootElement.GetProperty("id").GetString()!, System.Globalization.CultureInfo.InvariantCulture));
        }

        return read;
    }
}
