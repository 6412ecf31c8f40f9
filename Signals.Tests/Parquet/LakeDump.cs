using System.Globalization;
using Signals.Core.Columns;

namespace Signals.Tests.Parquet;

/// <summary>Everything that reads of a store return, as lines that can be compared.</summary>
internal static class LakeDump
{
    /// <summary>A line for each readable event: type, user, time, id, and each cell's state and bytes.</summary>
    public static List<string> Of(SignalStore store)
    {
        List<string> lines = [];
        foreach (EventTypeSchema type in store.Schema.EventTypes)
        {
            SequenceQuery all = store.Query(type.Name).Last(int.MaxValue).Build();
            foreach (UserId user in store.GetUsers(type.Name).Order())
            {
                using Sequence sequence = store.Read(user, all);
                for (int row = 0; row < sequence.Count; row++)
                {
                    string key = string.Create(
                        CultureInfo.InvariantCulture, $"{type.Name} {user} {sequence.Times[row]} {sequence.Ids[row]}");
                    lines.Add(type.Columns.Aggregate(key, (text, column) => text + " " + Cell(sequence, column.Name, row)));
                }
            }
        }

        return lines;
    }

    private static string Cell(in Sequence sequence, string column, int row)
    {
        IColumnRows rows = sequence.Buffer.Columns[sequence.Query.OrdinalOf(column)];
        ColumnState state = (ColumnState)rows.RowStates[row];
        return state == ColumnState.Value ? column + "=" + Convert.ToHexString(rows.GetValue(row)) : column + ":" + state;
    }
}
