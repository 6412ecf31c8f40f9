using System.Net;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;

namespace Signals.Dashboard.Http;

/// <summary>
/// Decides whether a request is answered at all. Pure; any thread. The host's policies have let the request through before.
/// </summary>
/// <remarks>
/// Without <see cref="DashboardOptions.AllowRemote"/> three things must hold: the peer is this machine, no proxy has left a trace in the
/// request, and the request names this machine. Traces are the headers of proxies, those to which middleware of the host renames them
/// when it takes the peer from them, and HTTP/1.0, which some proxies speak and no browser does. A proxy without a trace is not seen.
/// The name defends against a foreign page whose name leads to 127.0.0.1. A request that a foreign page makes is refused always, and
/// a change needs a header that such a page cannot set without asking first.
/// </remarks>
internal static class RequestGuard
{
    /// <summary>The header that a change needs, with the value 1.</summary>
    public const string ChangeHeader = "X-Signals-Change";

    private static readonly string[] ProxyHeaders = ["Forwarded", "Via", "X-Real-IP", "X-Client-IP", "True-Client-IP"];

    // X-Original-For is what ForwardedHeadersMiddleware leaves of X-Forwarded-For once it has set the peer from it.
    private static readonly string[] ProxyPrefixes = ["X-Forwarded-", "X-Original-", "X-Envoy-", "CF-"];

    /// <summary>Checks a request.</summary>
    /// <exception cref="RefusedException">It is not answered.</exception>
    public static void Check(HttpContext context, DashboardOptions options, RequestKind kind)
    {
        if (!options.AllowRemote)
        {
            CheckLocal(context);
        }

        if (kind != RequestKind.Page)
        {
            CheckOrigin(context.Request);
        }

        if (kind is RequestKind.Change or RequestKind.Question && context.Request.Headers[ChangeHeader] != "1")
        {
            throw new RefusedException(StatusCodes.Status403Forbidden, $"The request lacks the header {ChangeHeader}: 1.");
        }

        if (kind == RequestKind.Change && !options.AllowChanges)
        {
            throw new RefusedException(
                StatusCodes.Status403Forbidden, "The page is read-only; the host allows changes with DashboardOptions.AllowChanges.");
        }
    }

    private static void CheckLocal(HttpContext context)
    {
        IPAddress? peer = context.Connection.RemoteIpAddress;
        bool isLocal = peer is not null && IPAddress.IsLoopback(peer.IsIPv4MappedToIPv6 ? peer.MapToIPv4() : peer);
        if (!isLocal || HttpProtocol.IsHttp10(context.Request.Protocol) || context.Request.Headers.Keys.Any(IsOfAProxy))
        {
            throw new RefusedException(
                StatusCodes.Status403Forbidden,
                "Only requests of this machine through no proxy are answered; the host allows others with DashboardOptions.AllowRemote.");
        }

        string host = context.Request.Host.Host;
        bool isThisMachine = host.Equals("localhost", StringComparison.OrdinalIgnoreCase)
            || host.EndsWith(".localhost", StringComparison.OrdinalIgnoreCase)
            || (IPAddress.TryParse(host.Trim('[', ']'), out IPAddress? address) && IPAddress.IsLoopback(address));
        if (!isThisMachine)
        {
            throw new RefusedException(
                StatusCodes.Status403Forbidden, "Ask for the page under localhost or a loopback address.");
        }
    }

    private static bool IsOfAProxy(string header) => ProxyHeaders.Contains(header, StringComparer.OrdinalIgnoreCase)
        || ProxyPrefixes.Any(prefix => header.StartsWith(prefix, StringComparison.OrdinalIgnoreCase));

    // The scheme is not compared, because a proxy may end TLS before the host.
    private static void CheckOrigin(HttpRequest request)
    {
        string site = request.Headers["Sec-Fetch-Site"].ToString();
        bool isOwnSite = site is "" or "same-origin" or "none";
        string origin = request.Headers[HeaderNames.Origin].ToString();
        bool isOwnOrigin = origin.Length == 0 || IsOrigin(request.Host, origin);
        if (!isOwnSite || !isOwnOrigin)
        {
            throw new RefusedException(StatusCodes.Status403Forbidden, "The request comes from another page.");
        }
    }

    private static bool IsOrigin(HostString host, string origin) =>
        Uri.TryCreate(origin, UriKind.Absolute, out Uri? from)
        && (from.Scheme is "http" or "https")
        && string.Equals(from.Host, host.Host, StringComparison.OrdinalIgnoreCase)
        && from.Port == (host.Port ?? (from.Scheme == "https" ? 443 : 80));
}
