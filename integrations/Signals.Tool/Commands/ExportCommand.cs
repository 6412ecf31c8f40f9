using System.Globalization;
using Signals.Tool.Export;
using Signals.Tool.Stores;

namespace Signals.Tool.Commands;

/// <summary>Writes every event that reads show, type by type, user by user, oldest first.</summary>
internal sealed class ExportCommand : ICommand
{
    public string Name => "export";

    public string Usage => "export FOLDER --format csv|jsonl|frames [--types A,B] [--output FILE [--json]]";

    public string Description => "Write events as CSV, JSON lines or MessagePack frames, to FILE or standard output.";

    public async Task<ExitCode> RunAsync(CommandLine line, ToolContext context, CancellationToken cancellationToken)
    {
        string folder = line.Word("FOLDER");
        string format = line.Text("--format") ?? throw new UsageException("--format csv, jsonl or frames is missing.");
        string[] names = line.List("--types");
        string? file = line.Text("--output");
        bool json = line.Flag("--json");
        line.RequireAllUsed();
        if (json && file is null)
        {
            throw new UsageException("--json tells about an export to a file; --output FILE is missing.");
        }

        if (format is not ("csv" or "jsonl" or "frames"))
        {
            throw new UsageException($"'{format}' is no format; there are csv, jsonl and frames.");
        }

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

        return ExitCode.Ok;
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
            SequenceQuery all = store.Query(type.Name).Last(int.MaxValue).OldestFirst().Build();
            foreach (UserId user in store.GetUsers(type.Name))
            {
                cancellationToken.ThrowIfCancellationRequested();
                using Sequence sequence = store.Read(user, all);
                for (int row = 0; row < sequence.Count; row++)
                {
                    SequenceRecords.Fill(single, user, sequence, type, row);
                    export.Write(single);
                    Volatile.Write(ref events, events + 1);
                }
            }
        }
    }
}
