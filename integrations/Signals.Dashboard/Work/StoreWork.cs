using System.Globalization;
using Microsoft.AspNetCore.Http;
using Signals.Dashboard.Http;
using Signals.Dashboard.Sampling;
using Signals.Maintenance;

namespace Signals.Dashboard.Work;

/// <summary>Begins work on a store. It goes on when the request has ended; the page follows it in the store's list.</summary>
internal static class StoreWork
{
    private const int LongestName = 100;

    public static WorkItem Verify(ShownStore shown) => Begin(shown, "verify", "", async (item, cancel) =>
    {
        VerifyReport report = await shown.Store.VerifyAsync(new ItemProgress(item), cancel).ConfigureAwait(false);
        item.Report = report;
        return report.IsIntact
            ? string.Create(CultureInfo.InvariantCulture, $"{report.Files} files with {report.Bytes} bytes are intact.")
            : string.Create(CultureInfo.InvariantCulture, $"{report.Problems.Count} problems were found.");
    });

    public static WorkItem Flush(ShownStore shown) => Begin(shown, "flush", "", async (_, cancel) =>
    {
        await shown.Store.FlushAsync(cancel).ConfigureAwait(false);
        return "All events are in tables.";
    });

    public static WorkItem Compact(ShownStore shown) => Begin(shown, "compact", "", async (_, cancel) =>
    {
        await shown.Store.CompactAsync(cancel).ConfigureAwait(false);
        return "The tables are merged.";
    });

    /// <summary>
    /// Erases a user, through the log if the host says how; otherwise the certificate is kept until it is forgotten or the host ends.
    /// </summary>
    /// <exception cref="RefusedException">
    /// A log feeds the store, and the host has not said how to write to it; or the page keeps all the certificates that it may.
    /// </exception>
    public static WorkItem Erase(ShownStore shown, UserId user)
    {
        if (shown.Settings.EraseThroughLog is { } write)
        {
            return Begin(shown, "erase", user.ToString(), async (_, cancel) =>
            {
                await write(user, cancel).ConfigureAwait(false);
                return "The erasure is in the log; each replica hides the user's events when it gets there.";
            });
        }

        LogFedStore.RefuseChange(
            shown, "An erasure", "Write it to the log, or let the host give the page DashboardStore.EraseThroughLog.");
        if (!shown.Work.HasRoomForCertificate)
        {
            throw new RefusedException(
                StatusCodes.Status409Conflict,
                $"The page keeps {WorkList.MostCertificates} certificates of erasures already; save some and forget them first.");
        }

        return Begin(shown, "erase", user.ToString(), async (item, cancel) =>
        {
            item.Certificate = await shown.Store.EraseCertifiedAsync(user, cancel).ConfigureAwait(false);
            return "The user's events are hidden for good; the certificate says from which places they are gone.";
        });
    }

    /// <summary>Takes a checkpoint into a folder of its own.</summary>
    /// <exception cref="RefusedException">The host has named no folder, or the name is not that of a folder.</exception>
    public static WorkItem Checkpoint(ShownStore shown, string? folder, string name)
    {
        if (folder is null)
        {
            throw new RefusedException(
                StatusCodes.Status409Conflict,
                "The host has named no folder for checkpoints; it does with DashboardOptions.CheckpointFolder.");
        }

        if (name.Length > LongestName || name.StartsWith('.') || !name.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '-' or '_'))
        {
            throw Parameters.Bad(
                $"A checkpoint's name has 1 to {LongestName} letters, digits, dashes, underscores and dots, and begins with no dot.");
        }

        return Begin(shown, "checkpoint", name, async (_, cancel) =>
        {
            Directory.CreateDirectory(folder);
            CheckpointInfo made = await shown.Store.CheckpointAsync(Path.Combine(folder, name), cancel).ConfigureAwait(false);
            return string.Create(
                CultureInfo.InvariantCulture,
                $"{made.Files} files with {made.Bytes} bytes are in {made.Directory}; {made.SharedBytes} of them the store has, too.");
        });
    }

    private static WorkItem Begin(ShownStore shown, string kind, string subject, Func<WorkItem, CancellationToken, Task<string>> run) =>
        shown.Work.TryBegin(kind, subject, run)
            ?? throw new RefusedException(StatusCodes.Status409Conflict, $"Another {kind} runs; wait for its end.");
}
