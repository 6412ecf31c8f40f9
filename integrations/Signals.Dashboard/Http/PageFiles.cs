using System.Collections.Frozen;
using System.Reflection;
using System.Security.Cryptography;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;

namespace Signals.Dashboard.Http;

/// <summary>The files of the page, from the assembly. Only names that are there are answered, so no path leads elsewhere.</summary>
/// <remarks>Thread contract: any thread.</remarks>
internal static class PageFiles
{
    private const string Folder = "wwwroot/";

    private static readonly FrozenDictionary<string, (byte[] Content, string Tag)> Files = ReadAll();

    /// <summary>The names of the files.</summary>
    public static IEnumerable<string> Names => Files.Keys;

    /// <summary>Sends a file, or says that it is not there or has not changed.</summary>
    public static Task SendAsync(HttpContext context, string name)
    {
        if (!Files.TryGetValue(name, out (byte[] Content, string Tag) file))
        {
            throw new RefusedException(StatusCodes.Status404NotFound, "The page has no such file.");
        }

        HttpResponse response = context.Response;
        response.Headers[HeaderNames.ETag] = file.Tag;
        response.Headers[HeaderNames.CacheControl] = "no-cache";
        if (context.Request.Headers[HeaderNames.IfNoneMatch] == file.Tag)
        {
            response.StatusCode = StatusCodes.Status304NotModified;
            return Task.CompletedTask;
        }

        response.ContentType = Path.GetExtension(name) switch
        {
            ".html" => "text/html; charset=utf-8",
            ".css" => "text/css; charset=utf-8",
            ".js" => "text/javascript; charset=utf-8",
            ".svg" => "image/svg+xml",
            _ => "application/octet-stream",
        };
        response.ContentLength = file.Content.Length;
        return response.Body.WriteAsync(file.Content, context.RequestAborted).AsTask();
    }

    private static FrozenDictionary<string, (byte[] Content, string Tag)> ReadAll()
    {
        Assembly assembly = typeof(PageFiles).Assembly;
        Dictionary<string, (byte[] Content, string Tag)> files = [];
        foreach (string resource in assembly.GetManifestResourceNames().Where(n => n.StartsWith(Folder, StringComparison.Ordinal)))
        {
            using Stream stream = assembly.GetManifestResourceStream(resource)!;
            byte[] content = new byte[stream.Length];
            stream.ReadExactly(content);
            string tag = $"\"{Convert.ToHexString(SHA256.HashData(content).AsSpan(0, 8))}\"";
            files[resource[Folder.Length..].Replace('\\', '/')] = (content, tag);
        }

        return files.ToFrozenDictionary();
    }
}
