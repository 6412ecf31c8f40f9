using System.Globalization;
using System.Text;

namespace Signals.Tool.Export;

/// <summary>Writes an event as a line for people, or as JSON. Pure.</summary>
internal static class EventLine
{
    public static string Of(SingleEvent single, bool json) =>
        json ? JsonText.Write(writer => ValueJson.WriteEvent(writer, single)) : Text(single);

    private static string Text(SingleEvent single)
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
