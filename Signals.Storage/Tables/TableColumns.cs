using System.Buffers.Binary;
using Signals.Core.Model;

namespace Signals.Storage.Tables;

/// <summary>
/// Writes the columns section of a table; reads it and compares it with the schema. Thread contract: any thread; stateless.
/// </summary>
internal static class TableColumns
{
    /// <summary>Reads the layout of the table's blocks.</summary>
    /// <param name="file">The table file.</param>
    /// <param name="footer">The footer of the table.</param>
    /// <param name="schema">The schema of the event type.</param>
    /// <param name="ids">
    /// The ids of the columns of a segment, which itself knows names only; null when the ids are those of the schema, from 0 on.
    /// </param>
    /// <exception cref="CorruptionException">The columns of the table are not those of the schema.</exception>
    public static TableLayout Read(TableFile file, TableFooter footer, EventTypeSchema schema, IReadOnlyList<ushort>? ids = null)
    {
        int columns = ids?.Count ?? footer.Columns;
        TableSection section = footer.Section(TableFormat.ColumnsSection);
        using OwnedMemory passing = new();
        ReadOnlySpan<byte> bytes = file.ReadSection(section, passing);
        if (bytes.Length != footer.Columns * TableFormat.ColumnEntryLength || footer.Columns > schema.Columns.Count
            || footer.Columns != columns || footer.EventType != (ids is null ? schema.Id : 0)
            || ids?.Any(id => id >= schema.Columns.Count) == true)
        {
            throw file.Corrupt(
                section.Offset,
                $"the table has {footer.Columns} columns of event type {footer.EventType} in {bytes.Length} bytes; "
                + $"the schema has event type {schema.Id} '{schema.Name}' with {schema.Columns.Count} columns");
        }

        Span<byte> expected = stackalloc byte[TableFormat.ColumnEntryLength];
        int[] stored = [.. Enumerable.Range(0, columns).Select(i => ids?[i] ?? i)];
        ColumnType[] types = [.. schema.Columns.Take(stored.Length == 0 ? 0 : stored.Max() + 1).Select(column => column.Type)];
        ColumnType[] storedAs = [.. types];
        for (int i = 0; i < stored.Length; i++, bytes = bytes[TableFormat.ColumnEntryLength..])
        {
            ColumnSchema column = schema.Columns[stored[i]];
            storedAs[stored[i]] = StoredType(column, bytes[0]);
            WriteEntry(storedAs[stored[i]], i, expected);
            if (!bytes[..TableFormat.ColumnEntryLength].SequenceEqual(expected))
            {
                throw file.Corrupt(section.Offset + i * TableFormat.ColumnEntryLength,
                    $"column {i} is {Convert.ToHexString(bytes[..TableFormat.ColumnEntryLength])}, "
                    + $"but the schema has '{column.Name}' of type {column.Type}{First(column)}, {Convert.ToHexString(expected)}");
            }
        }

        return new TableLayout(types, footer.Defaults, stored, storedAs);
    }

    /// <summary>
    /// The type that a column has in a file that gives this kind for it: the column's own, or a narrower one that it had before it was
    /// widened. The column's own if it never had that kind.
    /// </summary>
    public static ColumnType StoredType(ColumnSchema column, byte kind) =>
        column.IsWidened && Enum.IsDefined((ColumnKind)kind) && (ColumnKind)kind >= ColumnKind.VectorInt8 == column.Type.IsVector
        && ColumnType.FromKind((ColumnKind)kind, column.Type.Dimensions) is var stored && column.Reads(stored)
            ? stored
            : column.Type;

    private static string First(ColumnSchema column) => column.IsWidened ? $", which was {column.FirstType} at first" : "";

    /// <summary>Encodes the columns section of a layout.</summary>
    public static byte[] Encode(TableLayout layout)
    {
        byte[] section = new byte[layout.Columns * TableFormat.ColumnEntryLength];
        for (int i = 0; i < layout.Columns; i++)
        {
            WriteEntry(layout.ColumnTypes[i], i, section.AsSpan(i * TableFormat.ColumnEntryLength));
        }

        return section;
    }

    /// <summary>Writes the entry of one column.</summary>
    public static void WriteEntry(ColumnType type, int id, Span<byte> entry)
    {
        entry[0] = (byte)type.Kind;
        entry[1] = TableLayout.IsWide(type) ? TableFormat.WideColumn : (byte)0;
        BinaryPrimitives.WriteUInt16LittleEndian(entry[2..], (ushort)id);
        BinaryPrimitives.WriteInt32LittleEndian(entry[4..], type.Dimensions);
    }
}
