using System.Buffers.Binary;
using Signals.Core.Columns;
using Signals.Core.Schema;

namespace Signals.Storage.Tables;

/// <summary>Writes a table's columns section, and reads and holds it against the schema. Stateless.</summary>
internal static class TableColumns
{
    /// <summary>The layout of the table's blocks.</summary>
    /// <exception cref="Core.Model.CorruptionException">The table's columns are not a prefix of the schema's.</exception>
    public static TableLayout Read(TableFile file, TableFooter footer, EventTypeSchema schema)
    {
        TableSection section = footer.Section(TableFormat.ColumnsSection);
        ReadOnlySpan<byte> bytes = file.ReadSection(section);
        if (bytes.Length != footer.Columns * TableFormat.ColumnEntryLength || footer.Columns > schema.Columns.Count
            || footer.EventType != schema.Id)
        {
            throw file.Corrupt(section.Offset, $"{footer.Columns} columns of event type {footer.EventType} in {bytes.Length} bytes; "
                + $"the schema's type {schema.Id} '{schema.Name}' has {schema.Columns.Count}");
        }

        Span<byte> expected = stackalloc byte[TableFormat.ColumnEntryLength];
        ColumnType[] types = new ColumnType[footer.Columns];
        for (int i = 0; i < types.Length; i++, bytes = bytes[TableFormat.ColumnEntryLength..])
        {
            types[i] = schema.Columns[i].Type;
            WriteEntry(types[i], i, expected);
            if (!bytes[..TableFormat.ColumnEntryLength].SequenceEqual(expected))
            {
                throw file.Corrupt(section.Offset + i * TableFormat.ColumnEntryLength,
                    $"column {i} is {Convert.ToHexString(bytes[..TableFormat.ColumnEntryLength])}, "
                    + $"the schema's '{schema.Columns[i].Name}' is {types[i]}, {Convert.ToHexString(expected)}");
            }
        }

        return new TableLayout(types, footer.Run);
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
