using System.CommandLine;
using System.Globalization;
using System.Text;
using Signals.Tool.Export;
using Signals.Tool.Stores;

namespace Signals.Tool.Commands;

/// <summary>Shows one user's newest events.</summary>
internal sealed class GetCommand : ToolCommand
{
    private readonly Argument<string> _folder = Syntax.Folder();
    private readonly Argument<string> _user = Syntax.User();
    private readonly Option<string[]> _types = Syntax.Types();
    private readonly Option<int> _last = Syntax.Number("--last", "How many events.", fallback: 20, least: 1);
    private readonly Option<bool> _json = Syntax.Json();

    public GetCommand()
        : base("get", "Print a user's newest events over all types, newest first.")
    {
        Add(_folder);
        Add(_user);
        Add(_types);
        Add(_last);
        Add(_json);
    }

    public override Task<ExitCode> RunAsync(ParseResult line, ToolContext context, CancellationToken cancellationToken)
    {
        string folder = line.GetRequiredValue(_folder);
        UserId user = UserArgument.Parse(line.GetRequiredValue(_user));
        string[] names = line.GetValue(_types) ?? [];
        int last = line.GetValue(_last);
        bool json = line.GetValue(_json);
        using ReadOnlyStore store = SignalStore.OpenReadOnly(folder);
        // Stable, so equal times are in the order of the types' ids and, within one, in that of its read: as in a read of all of them.
        List<SingleEvent> events = [.. TypeChoice.Choose(store.Schema, names).OrderBy(type => type.Id)
            .SelectMany(type => Read(store, user, type, last))
            .OrderByDescending(e => e.TimeMs)
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
