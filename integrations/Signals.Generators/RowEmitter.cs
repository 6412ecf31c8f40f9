using System.Globalization;

namespace Signals.Generators;

/// <summary>Writes the row of one event: the values where they lie in the columns of a read. For one thread and one event.</summary>
internal sealed class RowEmitter(EventModel model, Action<string> line, Action<string> open, Action close)
{
    public void Emit()
    {
        line("/// <summary>One event of a read, whose values are shown where they lie. Valid as long as the lease of the read.</summary>");
        open($"public readonly ref struct Row : global::Signals.IEventRow<{model.FullName}.Row, {model.FullName}>");
        line("private readonly global::Signals.EventColumns _columns;");
        line("private readonly int _row;");
        line("");
        open("private Row(scoped in global::Signals.EventColumns columns, int row)");
        line("_columns = columns;");
        line("_row = row;");
        close();
        line("");
        line(EventEmitter.Inlined);
        line($"static {model.FullName}.Row global::Signals.IEventRow<{model.FullName}.Row, {model.FullName}>.At(");
        line("    scoped in global::Signals.EventColumns columns, int row) => new(columns, row);");
        line("");
        Property("The user of the event.", "global::Signals.UserId", model.User, "_columns.User");
        Property(
            "The event time.",
            model.IsTimeInMs ? "long" : "global::System.DateTimeOffset",
            model.Time,
            $"_columns.{(model.IsTimeInMs ? "TimeMs" : "Time")}(_row)");
        Property("The id of the event.", "ulong", model.Id, "_columns.Id(_row)");
        int place = 0;
        foreach (ColumnModel column in model.Columns)
        {
            Emit(column, (place++).ToString(CultureInfo.InvariantCulture));
        }

        close();
    }

    private void Emit(ColumnModel column, string place)
    {
        string summary = $"The column <c>{column.Name}</c>";
        switch (column.Shape)
        {
            case ColumnShape.Text:
                string none = column.IsNullable ? "" : " ?? \"\"";
                Property(
                    $"{summary} as a string, which is allocated.", column.PropertyType, column.Escaped,
                    $"_columns.Text({place}, _row){none}");
                Property(
                    $"{summary} as UTF-8; empty where it is null or absent.",
                    "global::System.ReadOnlySpan<byte>", column.Property + "Utf8", $"_columns.Bytes({place}, _row)");
                break;
            case ColumnShape.Bytes:
                Property(
                    $"{summary}; empty where it is null or absent.",
                    "global::System.ReadOnlySpan<byte>", column.Escaped, $"_columns.Bytes({place}, _row)");
                break;
            case ColumnShape.Vector:
                Property(
                    $"{summary}; empty where it is null or absent.",
                    $"global::System.ReadOnlySpan<{column.Element}>", column.Escaped,
                    $"_columns.Vector<{column.Element}>({place}, _row, {column.Property}Dimensions)");
                break;
            default:
                string missing = column.IsNullable ? "null" : "0";
                Property(
                    $"{summary}; {missing} where it is null or absent.",
                    column.PropertyType, column.Escaped, EventEmitter.Scalar(column, "_columns", $"{place}, _row"));
                break;
        }
    }

    private void Property(string summary, string type, string name, string value)
    {
        line($"/// <summary>{summary}</summary>");
        line($"public {type} {name} => {value};");
        line("");
    }
}
