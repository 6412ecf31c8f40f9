using System.Globalization;
using Spectre.Console;

namespace Signals.Samples.OfflineEnrichment;

/// <summary>The newest events of a user as text, kept after the store has moved on.</summary>
internal sealed class UserTable(string[] columns, List<string[]> rows, int events)
{
    private const int ShownRows = 12;

    public static UserTable Read(SignalStore store, string eventType, ulong user, params string[] columns)
    {
        using Sequence sequence = store.Read(UserId.From(user), store.Query(eventType).Columns(columns).Build());
        List<string[]> rows = [];
        for (int row = 0; row < Math.Min(sequence.Count, ShownRows); row++)
        {
            string time = DateTimeOffset.FromUnixTimeMilliseconds(sequence.Times[row]).ToString("HH:mm:ss", CultureInfo.InvariantCulture);
            rows.Add([time, .. columns.Select(column => Cell(sequence, column, row))]);
        }

        return new UserTable(columns, rows, sequence.Count);
    }

    public Table Render(string title)
    {
        Table table = new Table().Title(Markup.Escape(title)).Caption($"{events} events").AddColumn("time");
        foreach (string column in columns)
        {
            table.AddColumn(column);
        }

        rows.ForEach(row => table.AddRow([.. row.Select(Markup.Escape)]));
        return table;
    }

    private static string Cell(Sequence sequence, string column, int row) => sequence.States(column)[row] switch
    {
        ColumnState.Absent => "-",
        ColumnState.Null => "null",
        _ => column switch
        {
            "item" => sequence.Field<ulong>(column)[row].ToString(CultureInfo.InvariantCulture),
            "price" => sequence.Field<float>(column)[row].ToString("0.00", CultureInfo.InvariantCulture),
            _ => sequence.Text(column, row)!,
        },
    };
}
