using Signals.Arrow;
using Signals.Scanning;
using Signals.Tool.Stores;

namespace Signals.Tool.Lake;

/// <summary>Writes the events of a store as Arrow: a file for each type into a folder, or one type as a stream.</summary>
internal static class ArrowOutput
{
    /// <summary>The format's name for files.</summary>
    public const string FileFormat = "arrow";

    /// <summary>The format's name for a stream.</summary>
    public const string StreamFormat = "arrow-stream";

    /// <summary>Exports and says how many events.</summary>
    /// <param name="folder">The store's folder.</param>
    /// <param name="names">The event types; empty for all.</param>
    /// <param name="format">Which of the two.</param>
    /// <param name="output">The folder, or the file of the stream; null for standard output.</param>
    /// <param name="context">Inputs and outputs.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    public static async Task<long> RunAsync(
        string folder, string[] names, string format, string? output, ToolContext context, CancellationToken cancellationToken)
    {
        using ReadOnlyStore look = SignalStore.OpenReadOnly(folder);
        EventTypeSchema[] types = TypeChoice.Choose(look.Schema, names);
        long events = 0;
        long before = 0;
        ImmediateProgress<long> progress = new(done => Volatile.Write(ref events, Volatile.Read(ref before) + done));
        Task work = Task.Run(
            () =>
            {
                if (format == StreamFormat)
                {
                    WriteStream(look, types, output, context, progress, cancellationToken);
                    return;
                }

                string target = NewFolder(output);
                foreach (EventTypeSchema type in types)
                {
                    using EventScan scan = look.Scan(type.Name);
                    long written = ArrowEvents.WriteFile(scan, Path.Combine(target, type.Name + ".arrow"), progress, cancellationToken);
                    Volatile.Write(ref before, before + written);
                }
            },
            cancellationToken);
        long most = look.GetTables()
            .Where(table => !table.IsPatch && !table.IsOfDroppedType && types.Any(type => type.Name == table.EventType))
            .Sum(table => table.Rows);
        await LongWork.ShowAsync(
            context,
            "exporting",
            work,
            () => WorkProgress.Create(Count.Events(Volatile.Read(ref events)), Volatile.Read(ref events), most))
            .ConfigureAwait(false);
        LiveNote.Write(context, look);
        return events;
    }

    private static void WriteStream(
        ReadOnlyStore store,
        EventTypeSchema[] types,
        string? output,
        ToolContext context,
        ImmediateProgress<long> progress,
        CancellationToken cancellationToken)
    {
        if (types.Length != 1)
        {
            throw new UsageException(
                $"A stream has events of one type; name it with --types. There are {string.Join(", ", types.Select(type => type.Name))}.");
        }

        using EventScan scan = store.Scan(types[0].Name);
        using NewFile? file = output is null ? null : NewFile.Create(output);
        using Stream stream = file?.Stream ?? context.OpenOutput();
        using BufferedStream buffered = new(stream, 1 << 16);
        ArrowEvents.WriteStream(scan, buffered, progress, cancellationToken);
        buffered.Flush();
        file?.Publish();
    }

    private static string NewFolder(string? output)
    {
        string folder = output ?? throw new UsageException("Arrow files are written into a folder; --output FOLDER is missing.");
        if (File.Exists(folder) || (Directory.Exists(folder) && Directory.EnumerateFileSystemEntries(folder).Any()))
        {
            throw new IOException($"'{folder}' is not empty; name a new folder for the export.");
        }

        return Directory.CreateDirectory(folder).FullName;
    }
}
