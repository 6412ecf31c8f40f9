using System.Globalization;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;
using Signals.Dashboard.Sampling;

namespace Signals.Dashboard.Http;

/// <summary>
/// Lets a few requests at a time read users' events, because each holds what it answers in memory. The others are told to come again.
/// </summary>
/// <remarks>Thread contract: any thread. Nobody waits in it.</remarks>
internal sealed class ReadGate
{
    /// <summary>How many requests read at a time.</summary>
    public const int Most = 4;

    private const int RetryAfterSeconds = 1;

    private int _running;

    /// <summary>A handler behind the gate.</summary>
    public Func<HttpContext, ShownStore, Task> Of(Func<HttpContext, ShownStore, Task> handle) => async (context, store) =>
    {
        try
        {
            if (Interlocked.Increment(ref _running) > Most)
            {
                context.Response.Headers[HeaderNames.RetryAfter] = RetryAfterSeconds.ToString(CultureInfo.InvariantCulture);
                throw new RefusedException(
                    StatusCodes.Status503ServiceUnavailable, $"The page reads events for {Most} requests already; ask again in a second.");
            }

            await handle(context, store).ConfigureAwait(false);
        }
        finally
        {
            Interlocked.Decrement(ref _running);
        }
    };
}
