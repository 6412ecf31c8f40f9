using System.Globalization;
using System.Text;
using Signals.Core.Columns;
using Signals.Core.Ingest;
using Signals.Core.Model;
using Signals.Core.Schema;
using Signals.Storage;
using Signals.Storage.Reads;
using Signals.Tool.Export;
using Signals.Tool.Stores;

namespace Signals.Tool.Commands;

/// <summary>Shows one user's newest events.</summary>
internal sealed class GetCommand : ICommand
{
    public string Name => "get";

    public string Usage => "get FOLDER USER [--types A,B] [--last N] [--json]";

    public string Description =>
        "A user's newest events over all types, newest first. USER: what is printed here, text:NAME, guid:GUID or id:HEX.";

    public Task<ExitCode> RunAsync(CommandLine line, ToolContext context, CancellationToken cancellationToken)
    {
        string folder = line.Word("FOLDER");
        UserId user = UserArgument.Parse(line.Word("USER"));
        string[] names = line.List("--types");
        int last = line.Number("--last", fallback: 20, least: 1);
        bool json = line.Flag("--json");
        line.RequireAllUsed();
        using ReadOnlyStore look = ReadOnlyStore.Open(folder);
        List<EventRecord> events = [.. TypeChoice.Of(look.Store.Schema, names)
            .SelectMany(type => Read(look.Store, user, type, last))
            .OrderByDescending(e => e.TimeMs).ThenByDescending(e => e.EventType.Id).ThenByDescending(e => e.Id)
            .Take(last)];
        foreach (EventRecord record in events)
        {
            context.WriteRaw(json ? JsonText.Of(writer => ValueJson.WriteEvent(writer, record)) : Line(record));
        }

        if (events.Count == 0)
        {
            context.Messages.WriteLine($"no events of user {user}");
        }

        return Task.FromResult(events.Count > 0 ? ExitCode.Ok : ExitCode.NotFound);
    }

    private static List<EventRecord> Read(SignalStore store, UserId user, EventTypeSchema type, int last)
    {
        using Sequence sequence = store.Read(user, store.Query(type.Name).Last(last).Build());
        List<EventRecord> records = [];
        for (int row = 0; row < sequence.Count; row++)
        {
            EventRecord record = new();
            SequenceRecords.Fill(record, user, sequence, type, row);
            records.Add(record);
        }

        return records;
    }

    private static string Line(EventRecord record)
    {
        StringBuilder line = new();
        string time = string.Create(
            CultureInfo.InvariantCulture, $"{DateTimeOffset.FromUnixTimeMilliseconds(record.TimeMs):yyyy-MM-dd HH:mm:ss.fff}Z");
        line.Append(CultureInfo.InvariantCulture, $"{time} {record.EventType.Name} {record.Id}");
        for (int column = 0; column < record.CellCount; column++)
        {
            if (record.State(column) != ColumnState.Absent)
            {
                int at = column;
                string value = JsonText.Of(json => ValueJson.WriteValue(json, record, at));
                line.Append(' ').Append(record.EventType.Columns[column].Name).Append('=').Append(value);
            }
        }

        return line.ToString();
    }
}
