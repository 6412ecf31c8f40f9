using Apache.Arrow.Ipc;
using Signals.Arrow.Importing;
using Signals.Offline;
using Signals.Scanning;
using Signals.Training.Making;

namespace Signals.Arrow;

/// <summary>The events of a store as Arrow IPC files and streams, and back (<c>docs/arrow.md</c>).</summary>
/// <remarks>
/// Thread contract: any thread. What is written and taken in again gives the same at every read: each column has one of its states beside
/// it. Memory: a batch of the scan, or of the file, and <see cref="SegmentOptions.MemoryBudgetBytes"/>.
/// </remarks>
public static class ArrowEvents
{
    /// <summary>Writes the rest of a scan as an IPC file, which appears complete and durable, or not at all.</summary>
    /// <param name="scan">The events. It is not disposed.</param>
    /// <param name="path">The file. It must not exist.</param>
    /// <param name="progress">Receives the number of events so far; null for nobody.</param>
    /// <param name="cancellationToken">Ends the work; no file is left.</param>
    /// <returns>The number of events.</returns>
    /// <exception cref="ArrowFileException">A text is not UTF-8, or two columns would have the same name.</exception>
    /// <exception cref="IOException">The file exists, or it or its name cannot be written or made durable.</exception>
    /// <exception cref="CorruptionException">A block is damaged.</exception>
    public static long WriteFile(
        EventScan scan, string path, IProgress<long>? progress = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(scan);
        ArgumentException.ThrowIfNullOrEmpty(path);
        string full = Path.GetFullPath(path);
        if (Path.Exists(full))
        {
            throw new IOException($"'{full}' exists; name a new file.");
        }

        string folder = Path.GetDirectoryName(full)!;
        string written = Path.Combine(folder, $".{Path.GetFileName(full)}.{Guid.NewGuid():N}.tmp");
        try
        {
            long events;
            using (FileStream file = new(written, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None, bufferSize: 1 << 16))
            {
                EventBatchReader reader = ReaderOf(scan, full);
                using (ArrowFileWriter writer = new(file, reader.Schema, leaveOpen: true))
                {
                    events = Write(reader, writer, progress, cancellationToken);
                }
            }

            DurableFiles.SyncFile(written);
            File.Move(written, full, overwrite: false);
            written = full;
            DurableFiles.SyncFolder(folder);
            return events;
        }
        catch
        {
            File.Delete(written);
            throw;
        }
    }

    /// <summary>Writes the rest of a scan as an IPC stream.</summary>
    /// <param name="scan">The events. It is not disposed.</param>
    /// <param name="output">Where to write. It is not closed.</param>
    /// <param name="progress">Receives the number of events so far; null for nobody.</param>
    /// <param name="cancellationToken">Ends the work; what was written so far stays.</param>
    /// <returns>The number of events.</returns>
    /// <exception cref="ArrowFileException">A text is not UTF-8, or two columns would have the same name.</exception>
    /// <exception cref="CorruptionException">A block is damaged.</exception>
    public static long WriteStream(
        EventScan scan, Stream output, IProgress<long>? progress = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(scan);
        ArgumentNullException.ThrowIfNull(output);
        EventBatchReader reader = ReaderOf(scan, $"the stream of '{scan.EventType.Name}'");
        using ArrowStreamWriter writer = new(output, reader.Schema, leaveOpen: true);
        return Write(reader, writer, progress, cancellationToken);
    }

    /// <summary>
    /// Reads IPC files and streams into a segment, and imports it in one step: whole events, or corrections of events that are stored
    /// elsewhere.
    /// </summary>
    /// <param name="store">The store.</param>
    /// <param name="options">Which files, and what they mean.</param>
    /// <param name="cancellationToken">Ends the work; nothing is imported.</param>
    /// <exception cref="ArrowFileException">
    /// A file is damaged, lacks a column, a column has another type, or a row has no user, time or id. Nothing is imported.
    /// </exception>
    /// <exception cref="FileNotFoundException">There is no file to read.</exception>
    public static async Task<ArrowImportResult> ImportAsync(
        SignalStore store, ArrowImportOptions options, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(store);
        ArgumentNullException.ThrowIfNull(options);
        EventTypeSchema type = store.Schema[options.EventType];
        string near = options.WorkFolder ?? Path.GetDirectoryName(Path.GetFullPath(store.Folder))!;
        string work = Path.Combine(near, $".signals-import-{Guid.NewGuid():N}");
        try
        {
            Directory.CreateDirectory(work);
            EventImport import = new(type, options, cancellationToken);
            ArrowImportResult result = await Task.Run(
                () => import.Run(Path.Combine(work, "events.segment")), cancellationToken).ConfigureAwait(false);
            if (result.Segment is { } segment)
            {
                ImportOptions move = new() { Move = true };
                await store.ImportAsync(segment.Path, move, cancellationToken).ConfigureAwait(false);
            }

            return result;
        }
        finally
        {
            // The folder is of this call alone: its name was made here.
            Directory.Delete(work, recursive: true);
        }
    }

    private static EventBatchReader ReaderOf(EventScan scan, string target)
    {
        EventBatchReader reader = new(scan, withStates: true) { Target = target };
        string? twice = reader.Schema.FieldsList.GroupBy(field => field.Name).FirstOrDefault(group => group.Count() > 1)?.Key;
        return twice is null ? reader : throw new ArrowFileException(
            target, $"two columns of '{scan.EventType.Name}' would be called '{twice}'; scan one of them alone.");
    }

    private static long Write(
        EventBatchReader reader, ArrowStreamWriter writer, IProgress<long>? progress, CancellationToken cancellationToken)
    {
        long events = 0;
        writer.WriteStart();
        while (reader.Next(cancellationToken) is { } batch)
        {
            using (batch)
            {
                writer.WriteRecordBatch(batch);
                events += batch.Length;
                progress?.Report(events);
            }
        }

        writer.WriteEnd();
        return events;
    }
}
