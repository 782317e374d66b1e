using System.Net;
using System.Text;
using System.Text.RegularExpressions;

namespace SmartFhir.Http;

/// <summary>What a body that is not FHIR says to a person: the text of a web page, or the text itself, on one line and cut.</summary>
internal static partial class BodyText
{
    private const int MaximumLength = 300;
    private const int MaximumBytes = 64 * 1024;

    public static string Read(FhirResponse response) => FromBytes(response.Body.Span, response.Header("Content-Type"));

    public static string FromBytes(ReadOnlySpan<byte> body, string? contentType)
    {
        string text = Encoding.UTF8.GetString(body[..Math.Min(body.Length, MaximumBytes)]);
        if (contentType?.Contains("html", StringComparison.OrdinalIgnoreCase) == true || text.TrimStart().StartsWith('<'))
        {
            text = WebUtility.HtmlDecode(Tags().Replace(Invisible().Replace(text, " "), " "));
        }

        return Printable.Clip(text, MaximumLength);
    }

    [GeneratedRegex("<(?<tag>script|style|head)\\b.*?</\\k<tag>\\s*>", RegexOptions.IgnoreCase | RegexOptions.Singleline | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Invisible();

    [GeneratedRegex("<[^>]*>", RegexOptions.None, 1000)]
    private static partial Regex Tags();
}
