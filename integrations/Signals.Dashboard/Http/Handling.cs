using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Microsoft.Net.Http.Headers;
using Signals.Dashboard.Sampling;
using Signals.Definitions;
using Signals.Serving;

namespace Signals.Dashboard.Http;

/// <summary>Puts the guard before each handler, and makes answers of its errors.</summary>
/// <remarks>Thread contract: any thread.</remarks>
internal sealed partial class Handling(DashboardOptions options, Lazy<StoreBoard> board, ILogger log)
{
    private const string ContentPolicy =
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
        + "base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    /// <summary>A handler behind the guard.</summary>
    public RequestDelegate Of(RequestKind kind, Func<HttpContext, Task> handle) => async context =>
    {
        IHeaderDictionary headers = context.Response.Headers;
        headers[HeaderNames.ContentSecurityPolicy] = ContentPolicy;
        headers[HeaderNames.XContentTypeOptions] = "nosniff";
        headers[HeaderNames.CacheControl] = "no-store";
        headers["Referrer-Policy"] = "no-referrer";
        headers["Cross-Origin-Resource-Policy"] = "same-origin";
        try
        {
            RequestGuard.Check(context, options, kind);
            await handle(context).ConfigureAwait(false);
        }
        catch (Exception error) when (!context.Response.HasStarted && AnswerTo(error) is { } answer)
        {
            if (answer.Status >= StatusCodes.Status500InternalServerError && error is not RefusedException)
            {
                RequestFailed(context.Request.Path, error);
            }

            await JsonAnswer.SendErrorAsync(context, answer.Status, answer.Message).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            // The browser has gone; nobody is left to be told.
        }
    };

    /// <summary>A handler of a store that the path names.</summary>
    /// <param name="kind">What the request asks for.</param>
    /// <param name="handle">Answers it.</param>
    /// <param name="evenClosed">Whether there is something to say of a store that the host has closed.</param>
    public RequestDelegate OfStore(
        RequestKind kind, Func<HttpContext, ShownStore, Task> handle, bool evenClosed = false) => Of(kind, async context =>
    {
        ShownStore store = board.Value.Find(Parameters.Route(context, "store"))
            ?? throw new RefusedException(StatusCodes.Status404NotFound, "The page shows no store of this name.");
        if (store.IsClosed && !evenClosed)
        {
            throw new RefusedException(StatusCodes.Status503ServiceUnavailable, "The host has closed this store.");
        }

        try
        {
            await handle(context, store).ConfigureAwait(false);
        }
        catch (ObjectDisposedException)
        {
            // The store, most likely; the probe knows.
            store.Probe();
            throw;
        }
    });

    // What the store says about itself may be shown to whoever may see the page. Of an error that nobody foresaw only the log tells more.
    private static (int Status, string Message)? AnswerTo(Exception error) => error switch
    {
        RefusedException refused => (refused.Status, refused.Message),
        UnknownDefinitionException => (StatusCodes.Status404NotFound, error.Message),
        DefinitionException => (StatusCodes.Status422UnprocessableEntity, error.Message),
        TenantRefusedException => (StatusCodes.Status429TooManyRequests, error.Message),
        ObjectDisposedException => (StatusCodes.Status503ServiceUnavailable, "The host has closed this store."),
        SignalsException => (StatusCodes.Status500InternalServerError, error.Message),
        OperationCanceledException => null,
        _ => (StatusCodes.Status500InternalServerError, "The page could not answer; the host's log says why."),
    };

    [LoggerMessage(EventId = 2, Level = LogLevel.Error, Message = "The page could not answer {Path}.")]
    private partial void RequestFailed(PathString path, Exception error);
}
