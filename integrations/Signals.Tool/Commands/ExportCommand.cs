using System.Globalization;
using Signals.Parquet;
using Signals.Scanning;
using Signals.Tool.Export;
using Signals.Tool.Lake;
using Signals.Tool.Stores;

namespace Signals.Tool.Commands;

/// <summary>Writes every event that reads show, type by type, user by user, oldest first.</summary>
internal sealed class ExportCommand : ICommand
{
    private const string Formats = "csv, jsonl, frames, parquet, arrow and arrow-stream";

    public string Name => "export";

    public string Usage => "export FOLDER --format csv|jsonl|frames|parquet|arrow|arrow-stream [--types A,B] [--output FILE [--json]]";

    public string Description =>
        "Write events as CSV, JSON lines, MessagePack frames or an Arrow stream, to FILE or standard output; or as Parquet or Arrow files"
        + " into a folder.";

    public async Task<ExitCode> RunAsync(CommandLine line, ToolContext context, CancellationToken cancellationToken)
    {
        string folder = line.Word("FOLDER");
        string format = line.Text("--format") ?? throw new UsageException($"--format is missing; there are {Formats}.");
        string[] names = line.List("--types");
        string? file = line.Text("--output");
        bool json = line.Flag("--json");
        ParquetExportOptions? parquet = format == LakeExport.Format ? LakeExport.OptionsOf(line, file) : null;
        line.RequireAllUsed();
        if (json && file is null)
        {
            throw new UsageException("--json tells about an export to a file; --output FILE is missing.");
        }

        if (parquet is not null)
        {
            long rows = await LakeExport.RunAsync(folder, names, parquet, context, cancellationToken).ConfigureAwait(false);
            await PrintAsync(context, json, format, file, rows).ConfigureAwait(false);
            return ExitCode.Ok;
        }

        if (format is ArrowOutput.FileFormat or ArrowOutput.StreamFormat)
        {
            long rows = await ArrowOutput.RunAsync(folder, names, format, file, context, cancellationToken).ConfigureAwait(false);
            await PrintAsync(context, json, format, file, rows).ConfigureAwait(false);
            return ExitCode.Ok;
        }

        if (format is not ("csv" or "jsonl" or "frames"))
        {
            throw new UsageException($"'{format}' is no format; there are {Formats}.");
        }

        await WriteRecordsAsync(folder, names, format, file, json, context, cancellationToken).ConfigureAwait(false);
        return ExitCode.Ok;
    }

    private static async Task WriteRecordsAsync(
        string folder, string[] names, string format, string? file, bool json, ToolContext context, CancellationToken cancellationToken)
    {
        using ReadOnlyStore look = ReadOnlyStore.Open(folder);
        EventTypeSchema[] types = TypeChoice.Choose(look.Store.Schema, names);
        Stream output = file is null ? context.OpenOutput() : new FileStream(file, FileMode.CreateNew);
        await using (output.ConfigureAwait(false))
        {
            BufferedStream buffered = new(output, 1 << 16);
            await using (buffered.ConfigureAwait(false))
            {
                long events = 0;
                long most = look.Store.GetTables()
                    .Where(table => !table.IsPatch && types.Any(type => type.Name == table.EventType))
                    .Sum(table => table.Rows);
                await LongWork.ShowAsync(
                    context,
                    "exporting",
                    Task.Run(() => Write(look.Store, types, format, buffered, ref events, cancellationToken), cancellationToken),
                    () => Progress(Volatile.Read(ref events), most)).ConfigureAwait(false);
                await PrintAsync(context, json, format, file, events).ConfigureAwait(false);
            }
        }
    }

    private static WorkProgress Progress(long events, long most) =>
        WorkProgress.Create(string.Create(CultureInfo.InvariantCulture, $"{events:N0} events"), events, most);

    private static async Task PrintAsync(ToolContext context, bool json, string format, string? file, long events)
    {
        if (!json)
        {
            string text = string.Create(CultureInfo.InvariantCulture, $"{events:N0} events");
            await context.Messages.WriteLineAsync(text).ConfigureAwait(false);
            return;
        }

        context.WriteObject(writer =>
        {
            writer.WriteString("file", file);
            writer.WriteString("format", format);
            writer.WriteNumber("events", events);
        });
    }

    private static void Write(
        SignalStore store,
        EventTypeSchema[] types,
        string format,
        Stream output,
        ref long events,
        CancellationToken cancellationToken)
    {
        using IEventExport export = format switch
        {
            "csv" => new CsvExport(output, types),
            "jsonl" => new JsonLinesExport(output),
            _ => new FramesExport(output),
        };
        SingleEvent single = new();
        foreach (EventTypeSchema type in types)
        {
            using EventScan scan = store.Scan(type.Name, new ScanOptions { Order = SequenceOrder.OldestFirst });
            while (scan.TryNext(out ScanBatch batch, cancellationToken))
            {
                for (int row = 0; row < batch.Count; row++)
                {
                    ScanRecords.Fill(single, type, batch, row);
                    export.Write(single);
                    Volatile.Write(ref events, events + 1);
                }
            }
        }
    }
}
