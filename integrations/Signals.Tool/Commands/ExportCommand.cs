using System.CommandLine;
using Signals.Parquet;
using Signals.Scanning;
using Signals.Tool.Export;
using Signals.Tool.Lake;
using Signals.Tool.Stores;

namespace Signals.Tool.Commands;

/// <summary>Writes every event that reads show, type by type, user by user, oldest first.</summary>
internal sealed class ExportCommand : ToolCommand
{
    private static readonly string[] Formats =
        ["csv", "jsonl", "frames", LakeExport.Format, ArrowOutput.FileFormat, ArrowOutput.StreamFormat];

    private readonly Argument<string> _folder = Syntax.Folder();
    private readonly Option<string> _format = Syntax.NeededOneOf("--format", "What to write", Formats);
    private readonly Option<string[]> _types = Syntax.Types();
    private readonly Option<string?> _output =
        Syntax.Text("--output", "FILE", "A new file, or the folder of Parquet or Arrow files; otherwise standard output.");

    private readonly LakeExportSyntax _lake = new();
    private readonly Option<bool> _json = Syntax.Json();

    public ExportCommand()
        : base("export", "Write events to a file or standard output, or as Parquet or Arrow files into a folder.")
    {
        Add(_folder);
        Add(_format);
        Add(_types);
        Add(_output);
        _lake.Options.ForEach(Add);
        Add(_json);
    }

    public override async Task<ExitCode> RunAsync(ParseResult line, ToolContext context, CancellationToken cancellationToken)
    {
        string folder = line.GetRequiredValue(_folder);
        string format = line.GetRequiredValue(_format);
        string[] names = line.GetValue(_types) ?? [];
        string? file = line.GetValue(_output);
        bool json = line.GetValue(_json);
        ParquetExportOptions? parquet = format == LakeExport.Format ? _lake.Read(line, file) : null;
        if (parquet is null)
        {
            line.Refuse(_lake.Options, $"goes with --format {LakeExport.Format}.");
        }

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

        await WriteRecordsAsync(folder, names, format, file, json, context, cancellationToken).ConfigureAwait(false);
        return ExitCode.Ok;
    }

    private static async Task WriteRecordsAsync(
        string folder, string[] names, string format, string? file, bool json, ToolContext context, CancellationToken cancellationToken)
    {
        using ReadOnlyStore store = SignalStore.OpenReadOnly(folder);
        EventTypeSchema[] types = TypeChoice.Choose(store.Schema, names);
        using NewFile? made = file is null ? null : NewFile.Create(file);
        Stream output = made?.Stream ?? context.OpenOutput();
        await using (output.ConfigureAwait(false))
        {
            long events = 0;
            long most = store.GetTables()
                .Where(table => !table.IsPatch && !table.IsOfDroppedType && types.Any(type => type.Name == table.EventType))
                .Sum(table => table.Rows);
            await LongWork.ShowAsync(
                context,
                "exporting",
                Task.Run(() => Write(store, types, format, output, ref events, cancellationToken), cancellationToken),
                () => Progress(Volatile.Read(ref events), most)).ConfigureAwait(false);

            // A success is told when every byte is where it belongs, and not before.
            made?.Publish();
            await PrintAsync(context, json, format, file, events).ConfigureAwait(false);
            LiveNote.Write(context, store);
        }
    }

    private static WorkProgress Progress(long events, long most) =>
        WorkProgress.Create(Count.Events(events), events, most);

    private static async Task PrintAsync(ToolContext context, bool json, string format, string? file, long events)
    {
        if (!json)
        {
            await context.Messages.WriteLineAsync(Count.Events(events)).ConfigureAwait(false);
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
        ReadOnlyStore store,
        EventTypeSchema[] types,
        string format,
        Stream output,
        ref long events,
        CancellationToken cancellationToken)
    {
        BufferedStream buffered = new(output, 1 << 16);
        using (IEventExport export = format switch
        {
            "csv" => new CsvExport(buffered, types),
            "jsonl" => new JsonLinesExport(buffered),
            _ => new FramesExport(buffered),
        })
        {
            Write(store, types, export, ref events, cancellationToken);
        }

        buffered.Flush();
    }

    private static void Write(
        ReadOnlyStore store, EventTypeSchema[] types, IEventExport export, ref long events, CancellationToken cancellationToken)
    {
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
