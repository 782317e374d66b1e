using System.Runtime.CompilerServices;

namespace SmartFhir.Http;

/// <summary>One page of a search or history.</summary>
/// <param name="Response">The answer.</param>
/// <param name="Bundle">The Bundle, cut into entries.</param>
public sealed record FhirPage(FhirResponse Response, FhirBundle Bundle);

/// <summary>Where paging ends; a page that is not needed is not asked for.</summary>
/// <param name="Pages">How many pages at the most; null for all.</param>
/// <param name="Resources">No page is fetched once this many results are there; null for all.</param>
[System.Runtime.InteropServices.StructLayout(System.Runtime.InteropServices.LayoutKind.Auto)]
public readonly record struct PagingLimit(int? Pages = null, int? Resources = null);

/// <summary>
/// Follows the <c>next</c> links of a searchset (FHIR R4, "Paging"). A link is opaque: taken as it stands, never rebuilt. The page after
/// the one in hand is already on its way.
/// </summary>
/// <param name="client">Sends the requests.</param>
public sealed class FhirPager(FhirHttpClient client)
{
    /// <summary>The pages, from that of <paramref name="first"/> on.</summary>
    /// <param name="first">The answer to the search.</param>
    /// <param name="template">Headers for the following requests.</param>
    /// <param name="limit">Where it ends.</param>
    /// <param name="cancellationToken">Ends it. So does leaving the loop: the page under way is then given up.</param>
    /// <exception cref="SmartException"><see cref="SmartErrorCode.PagingLoop"/>, <see cref="SmartErrorCode.ForeignOrigin"/>, or what a request throws.</exception>
    public async IAsyncEnumerable<FhirPage> ReadAsync(
        FhirResponse first, FhirRequest template, PagingLimit limit, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(first);
        using var ahead = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var visited = new HashSet<string>(StringComparer.Ordinal) { first.RequestUri.AbsoluteUri };
        var page = new FhirPage(first, BundleReader.Read(first.Body, first.RequestUri));
        Task<FhirPage>? underWay = null;
        long results = 0;
        try
        {
            for (int count = 1; ; count++)
            {
                results += page.Bundle.Entries.Count(entry => entry.IsResult);
                bool more = count != limit.Pages && !(results >= limit.Resources) && page.Bundle.Links.ContainsKey("next");
                underWay = more ? ReadNextAsync(page, visited, template, ahead.Token) : null;
                yield return page;
                if (underWay is null)
                {
                    yield break;
                }

                page = await underWay;
            }
        }
        finally
        {
            await ahead.CancelAsync();
            if (underWay is not null)
            {
                // Its failure is nobody's business any more, but it must not go unobserved.
                await Task.WhenAny(underWay);
                _ = underWay.Exception;
            }
        }
    }

    private async Task<FhirPage> ReadNextAsync(FhirPage page, HashSet<string> visited, FhirRequest template, CancellationToken cancellationToken)
    {
        string link = page.Bundle.Links["next"];
        if (!Uri.TryCreate(page.Response.RequestUri, link, out Uri? next) || next.Scheme is not ("http" or "https"))
        {
            throw new SmartException(
                SmartErrorCode.ResponseNotJson, $"The next link of the page is not a URL: '{link}'.", page.Response.RequestUri, "Report it to the server's operator.");
        }

        if (!visited.Add(next.AbsoluteUri))
        {
            throw new SmartException(
                SmartErrorCode.PagingLoop,
                $"The pages of {page.Response.RequestUri.GetLeftPart(UriPartial.Path)} run in a circle: page {visited.Count} leads back to one that was read already.",
                next,
                "The resources so far are complete up to that page. Report it to the server's operator; a smaller _count may help.");
        }

        var request = template with { Method = HttpMethod.Get, Path = next.AbsoluteUri, Query = [], Body = null };
        FhirResponse response = await client.SendAsync(request, cancellationToken);
        FhirBundle bundle = BundleReader.Read(response.Body, response.RequestUri);
        return bundle.ResourceType == "Bundle" ? new FhirPage(response, bundle) : throw new SmartException(
            SmartErrorCode.ResponseNotJson,
            $"Page {visited.Count} of {page.Response.RequestUri.GetLeftPart(UriPartial.Path)} is not a Bundle but {Printable.Clip(bundle.ResourceType ?? "no resource", 60)}.",
            next,
            "The resources so far are complete up to that page. Report it to the server's operator.");
    }
}
