using System.Text;

namespace Signals.Bench.Compare;

/// <summary>Writes rows as a table that is readable as text and as Markdown. Pure; any thread.</summary>
internal static class TextTable
{
    /// <param name="rows">The first one is the head. All have the same number of cells.</param>
    /// <param name="textColumns">How many columns from the left hold text; the others hold numbers, which stand at the right.</param>
    public static string Draw(IReadOnlyList<string[]> rows, int textColumns = 1)
    {
        int[] widths = [.. Enumerable.Range(0, rows[0].Length).Select(column => rows.Max(row => row[column].Length))];
        StringBuilder text = new();
        for (int i = 0; i < rows.Count; i++)
        {
            IEnumerable<string> cells = rows[i].Select(
                (cell, column) => column < textColumns ? cell.PadRight(widths[column]) : cell.PadLeft(widths[column]));
            text.Append("| ").AppendJoin(" | ", cells).AppendLine(" |");
            if (i == 0)
            {
                IEnumerable<string> dashes = widths.Select(
                    (width, column) => new string('-', width + 1) + (column < textColumns ? "-" : ":"));
                text.Append('|').AppendJoin('|', dashes).AppendLine("|");
            }
        }

        return text.ToString();
    }
}
