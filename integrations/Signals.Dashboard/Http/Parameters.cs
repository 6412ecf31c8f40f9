using System.Globalization;
using Microsoft.AspNetCore.Http;

namespace Signals.Dashboard.Http;

/// <summary>Reads the parameters of a request. Each is there at most once and within its bounds, or the request is refused.</summary>
internal static class Parameters
{
    private const int LongestText = 512;

    /// <summary>A text that must be there.</summary>
    public static string Text(HttpRequest request, string name) => OptionalText(request, name)
        ?? throw Bad($"The parameter '{name}' is missing.");

    /// <summary>A text that may be left out.</summary>
    public static string? OptionalText(HttpRequest request, string name)
    {
        Microsoft.Extensions.Primitives.StringValues values = request.Query[name];
        return values switch
        {
            { Count: 0 } => null,
            { Count: > 1 } => throw Bad($"The parameter '{name}' is there {values.Count} times; once is enough."),
            _ when string.IsNullOrEmpty(values[0]) => null,
            _ when values[0]!.Length > LongestText => throw Bad($"The parameter '{name}' has more than {LongestText} characters."),
            _ => values[0],
        };
    }

    /// <summary>A whole number that may be left out.</summary>
    public static long? OptionalNumber(HttpRequest request, string name, long least, long most)
    {
        if (OptionalText(request, name) is not string text)
        {
            return null;
        }

        return long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long number)
            && number >= least && number <= most
            ? number
            : throw Bad(string.Create(
                CultureInfo.InvariantCulture, $"The parameter '{name}' must be a whole number from {least} to {most}."));
    }

    /// <summary>A user, as people write one.</summary>
    public static UserId User(HttpRequest request)
    {
        try
        {
            return UserReference.Parse(Text(request, "user"));
        }
        catch (FormatException refusal)
        {
            throw Bad(refusal.Message);
        }
    }

    /// <summary>A part of the path.</summary>
    public static string Route(HttpContext context, string name) => context.Request.RouteValues[name] as string ?? "";

    /// <summary>The body as bytes.</summary>
    public static async Task<byte[]> BodyAsync(HttpRequest request, int most)
    {
        if (request.ContentType?.StartsWith("application/json", StringComparison.OrdinalIgnoreCase) != true)
        {
            throw new RefusedException(StatusCodes.Status415UnsupportedMediaType, "The body must be application/json.");
        }

        using MemoryStream body = new();
        byte[] part = new byte[16 * 1024];
        while (await request.Body.ReadAsync(part, request.HttpContext.RequestAborted).ConfigureAwait(false) is > 0 and int read)
        {
            if (body.Length + read > most)
            {
                throw new RefusedException(StatusCodes.Status413PayloadTooLarge, $"The body has more than {most} bytes.");
            }

            body.Write(part, 0, read);
        }

        return body.ToArray();
    }

    public static RefusedException Bad(string message) => new(StatusCodes.Status400BadRequest, message);
}
