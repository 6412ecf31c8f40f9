using System.Globalization;
using System.Text;
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
        using ReadOnlyStore store = SignalStore.OpenReadOnly(folder);
        List<SingleEvent> events = [.. TypeChoice.Choose(store.Schema, names)
            .SelectMany(type => Read(store, user, type, last))
            .OrderByDescending(e => e.TimeMs).ThenByDescending(e => e.EventType.Id).ThenByDescending(e => e.Id)
            .Take(last)];
        foreach (SingleEvent single in events)
        {
            context.WriteRaw(json ? JsonText.Write(writer => ValueJson.WriteEvent(writer, single)) : Line(single));
        }

        if (events.Count == 0)
        {
            context.Messages.WriteLine($"no events of user {user}");
        }

        LiveNote.Write(context, store);
        return Task.FromResult(events.Count > 0 ? ExitCode.Ok : ExitCode.NotFound);
    }

    private static List<SingleEvent> Read(ReadOnlyStore store, UserId user, EventTypeSchema type, int last)
    {
        using Sequence sequence = store.Read(user, store.Query(type.Name).Last(last).Build());
        List<SingleEvent> records = [];
        for (int row = 0; row < sequence.Count; row++)
        {
            SingleEvent single = new();
            SequenceRecords.Fill(single, user, sequence, type, row);
            records.Add(single);
        }

        return records;
    }

    private static string Line(SingleEvent single)
    {
        StringBuilder line = new();
        string time = string.Create(
            CultureInfo.InvariantCulture, $"{DateTimeOffset.FromUnixTimeMilliseconds(single.TimeMs):yyyy-MM-dd HH:mm:ss.fff}Z");
        line.Append(CultureInfo.InvariantCulture, $"{time} {single.EventType.Name} {single.Id}");
        for (int column = 0; column < single.CellCount; column++)
        {
            if (single.State(column) != ColumnState.Absent)
            {
                int at = column;
                string value = JsonText.Write(json => ValueJson.WriteValue(json, single, at));
                line.Append(' ').Append(single.EventType.Columns[column].Name).Append('=').Append(value);
            }
        }

        return line.ToString();
    }
}
