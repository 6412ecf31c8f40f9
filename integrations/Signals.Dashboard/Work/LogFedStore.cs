using Microsoft.AspNetCore.Http;
using Signals.Dashboard.Http;
using Signals.Dashboard.Sampling;

namespace Signals.Dashboard.Work;

/// <summary>
/// Keeps the page from changing one replica behind the back of its log. Erasures and definitions of a store that a log feeds go through
/// the log, or replicas answer differently and a store that is built anew from the log forgets the change.
/// </summary>
internal static class LogFedStore
{
    // The names that Signals.Kafka gives the sources of its partitions begin so.
    private const string LogSource = "kafka:";

    /// <summary>Lets a change of the store itself through, unless a log feeds the store.</summary>
    /// <param name="shown">The store.</param>
    /// <param name="change">What the page is about to do, as the subject of a sentence: "An erasure".</param>
    /// <param name="instead">What to do instead, in a sentence.</param>
    /// <exception cref="RefusedException">A log feeds the store.</exception>
    public static void RefuseChange(ShownStore shown, string change, string instead)
    {
        string? log = shown.Store.GetResumePositions().Select(position => position.Source)
            .FirstOrDefault(source => source.StartsWith(LogSource, StringComparison.Ordinal));
        if (log is not null || shown.Settings.EraseThroughLog is not null || shown.Settings.DefineThroughLog is not null)
        {
            throw new RefusedException(
                StatusCodes.Status409Conflict,
                $"{change} here would change this replica alone, because the log {log ?? "of the host"} feeds the store. {instead}");
        }
    }
}
