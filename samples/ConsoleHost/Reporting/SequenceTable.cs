using System.Globalization;
using Signals.Samples.ConsoleHost.Verification;
using Spectre.Console;

namespace Signals.Samples.ConsoleHost.Reporting;

/// <summary>Prints one user's newest events over all types, with every column that any of the types has.</summary>
internal sealed class SequenceTable(IAnsiConsole console, SignalStore store)
{
    /// <summary>
    /// Prints the newest <paramref name="count"/> events of <paramref name="user"/>, who was asked for as
    /// <paramref name="reference"/>.
    /// </summary>
    public void Print(UserId user, string reference, int count)
    {
        SequenceQuery query = store.Query([.. store.Schema.EventTypes.Select(type => type.Name)])
            .Last(count).Columns(SharedColumns.Of(store.Schema)).Build();
        using Sequence sequence = store.Read(user, query);
        console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"user {reference}: newest {sequence.Count:N0} events, {sequence.Status}{(reference == user.ToString() ? "" : $" ({user})")}"));
        if (sequence.Count == 0)
        {
            return;
        }
        Table table = new Table().Border(TableBorder.Simple).AddColumns("time (UTC)", "type");
        (string Name, ColumnType Type, ColumnView View)[] columns = [.. query.ColumnNames.Select(Column)];
        foreach ((string column, _, _) in columns)
        {
            table.AddColumn(new TableColumn(new Text(column)));
        }
        for (int row = 0; row < sequence.Count; row++)
        {
            table.AddRow(Cells(sequence, row, columns).Select(cell => new Text(cell)));
        }
        console.Write(table);
    }

    private (string Name, ColumnType Type, ColumnView View) Column(string name)
    {
        ColumnType type = store.Schema.EventTypes.SelectMany(t => t.Columns).First(c => c.Name == name).Type;
        return (name, type, ColumnView.For(name, type));
    }

    private List<string> Cells(in Sequence sequence, int row, (string Name, ColumnType Type, ColumnView View)[] columns)
    {
        EventTypeSchema eventType = store.Schema.EventTypes[sequence.EventTypes[row]];
        DateTimeOffset time = DateTimeOffset.FromUnixTimeMilliseconds(sequence.Times[row]);
        List<string> cells = [time.ToString("yyyy-MM-dd HH:mm:ss.fff", CultureInfo.InvariantCulture), eventType.Name];
        foreach ((string name, ColumnType type, ColumnView view) in columns)
        {
            ColumnState state = sequence.States(name)[row];
            cells.Add(ValueText.Format(type, state, state == ColumnState.Value ? view.Bytes(sequence, row) : default));
        }
        return cells;
    }
}
