using System.Buffers.Binary;
using Signals.Core.Columns;
using Signals.Core.Schema;

namespace Signals.Storage.Tables;

/// <summary>Writes a table's columns section, and reads and holds it against the schema. Stateless.</summary>
internal static class TableColumns
{
    /// <summary>The layout of the table's blocks.</summary>
    /// <param name="file">The table.</param>
    /// <param name="footer">Its footer.</param>
    /// <param name="schema">The event type.</param>
    /// <param name="ids">The ids of a segment's columns, which knows names alone; null where ids are those of the schema, from 0 on.</param>
    /// <exception cref="Core.Model.CorruptionException">The table's columns are not those of the schema.</exception>
    public static TableLayout Read(TableFile file, TableFooter footer, EventTypeSchema schema, IReadOnlyList<ushort>? ids = null)
    {
        int columns = ids?.Count ?? footer.Columns;
        TableSection section = footer.Section(TableFormat.ColumnsSection);
        ReadOnlySpan<byte> bytes = file.ReadSection(section);
        if (bytes.Length != footer.Columns * TableFormat.ColumnEntryLength || footer.Columns > schema.Columns.Count
            || footer.Columns != columns || footer.EventType != (ids is null ? schema.Id : 0) || ids?.Any(id => id >= schema.Columns.Count) == true)
        {
            throw file.Corrupt(section.Offset, $"{footer.Columns} columns of event type {footer.EventType} in {bytes.Length} bytes; "
                + $"the schema's type {schema.Id} '{schema.Name}' has {schema.Columns.Count}");
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
                    + $"the schema's '{column.Name}' is {column.Type}, {Convert.ToHexString(expected)}");
            }
        }

        ColumnType[] types = [.. schema.Columns.Take(stored.Length == 0 ? 0 : stored.Max() + 1).Select(column => column.Type)];
        return new TableLayout(types, footer.Run, stored);
    }

    /// <summary>The columns section of a layout.</summary>
    public static byte[] Encode(TableLayout layout)
    {
        byte[] section = new byte[layout.Columns * TableFormat.ColumnEntryLength];
        for (int i = 0; i < layout.Columns; i++)
        {
            WriteEntry(layout.ColumnTypes[i], i, section.AsSpan(i * TableFormat.ColumnEntryLength));
        }

        return section;
    }

    /// <summary>Writes what a file says of one column.</summary>
    public static void WriteEntry(ColumnType type, int id, Span<byte> entry)
    {
        entry[0] = (byte)type.Kind;
        entry[1] = TableLayout.IsWide(type) ? TableFormat.WideColumn : (byte)0;
        BinaryPrimitives.WriteUInt16LittleEndian(entry[2..], (ushort)id);
        BinaryPrimitives.WriteInt32LittleEndian(entry[4..], type.Dimensions);
    }
}
