using System.Diagnostics.CodeAnalysis;

namespace SmartFhir.Authorization;

/// <summary>The address that a browser ended at, copied by a person: with quotes, line breaks or only its query.</summary>
internal static class PastedAddress
{
    public static bool TryRead(string pasted, AuthorizationRequest request, [NotNullWhen(true)] out AuthorizationResponse? response, out string problem)
    {
        response = null;
        string text = string.Concat(pasted.Where(character => !char.IsControl(character))).Trim().Trim('"', '\'', '<', '>').Trim();
        if (text.Length == 0)
        {
            problem = "Nothing was pasted.";
            return false;
        }

        int question = text.IndexOf('?', StringComparison.Ordinal);
        int end = text.IndexOf('#', StringComparison.Ordinal);
        string query = question < 0 ? text : text[(question + 1)..(end > question ? end : text.Length)];
        try
        {
            response = AuthorizationResponse.Parse(query);
        }
        catch (SmartException exception)
        {
            problem = exception.Message;
            return false;
        }

        if (!response.IsAnswer)
        {
            problem = $"This is not the whole address: it has no code. Copy it from the browser's address bar after signing in; it begins with {request.RedirectUri.OriginalString}?";
            response = null;
            return false;
        }

        if (!response.Belongs(request))
        {
            problem = "This address belongs to another sign-in (its state is different). Paste the one of the window that was opened last.";
            response = null;
            return false;
        }

        problem = "";
        return true;
    }
}
