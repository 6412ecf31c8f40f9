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
        for (int i = 0; i < stored.Length; i++, bytes = bytes[TableFormat.ColumnEntryLength..])
        {
            ColumnSchema column = schema.Columns[stored[i]];
            WriteEntry(column.Type, i, expected);
            if (!bytes[..TableFormat.ColumnEntryLength].SequenceEqual(expected))
            {
                throw file.Corrupt(section.Offset + i * TableFormat.ColumnEntryLength,
                    $"column {i} is {Convert.ToHexString(bytes[..TableFormat.ColumnEntryLength])}, "
                    + $"but the schema has '{column.Name}' of type {column.Type}, {Convert.ToHexString(expected)}");
            }
        }

        ColumnType[] types = [.. schema.Columns.Take(stored.Length == 0 ? 0 : stored.Max() + 1).Select(column => column.Type)];
        return new TableLayout(types, footer.Defaults, stored);
    }

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
