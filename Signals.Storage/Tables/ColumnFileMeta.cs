using MessagePack;

namespace Signals.Storage.Tables;

/// <summary>
/// What the manifest records about a column file: enough to open it and to recognize a wrong, shortened or replaced file.
/// Immutable.
/// </summary>
/// <param name="Number">The number of the file. It is part of its name and of every checksum in it.</param>
/// <param name="FileLength">Bytes of the file.</param>
/// <param name="FileChecksum">
/// The checksum of the tail. It covers the footer, and through the section checksums in the footer every byte of the file.
/// </param>
/// <param name="Columns">Ids of the columns that the file replaces in some block, ascending.</param>
internal sealed record ColumnFileMeta(ulong Number, long FileLength, uint FileChecksum, ushort[] Columns)
{
    private const int FieldCount = 4;

    /// <summary>Writes a MessagePack array. Later versions append fields.</summary>
    public void Write(ref MessagePackWriter writer)
    {
        writer.WriteArrayHeader(FieldCount);
        writer.Write(Number);
        writer.Write(FileLength);
        writer.Write(FileChecksum);
        writer.WriteArrayHeader(Columns.Length);
        foreach (ushort column in Columns)
        {
            writer.Write(column);
        }
    }

    /// <summary>Reads what <see cref="Write"/> wrote. Fields that a later version appended are skipped.</summary>
    /// <exception cref="MessagePackSerializationException">The bytes are not the metadata of a column file.</exception>
    public static ColumnFileMeta Read(ref MessagePackReader reader)
    {
        int fields = reader.ReadArrayHeader();
        if (fields < FieldCount)
        {
            throw new MessagePackSerializationException($"Column file metadata has {fields} fields, expected at least {FieldCount}.");
        }

        ulong number = reader.ReadUInt64();
        long length = reader.ReadInt64();
        uint checksum = reader.ReadUInt32();
        ushort[] columns = new ushort[ReadCount(ref reader)];
        for (int i = 0; i < columns.Length; i++)
        {
            columns[i] = reader.ReadUInt16();
            if (i > 0 && columns[i] <= columns[i - 1])
            {
                throw new MessagePackSerializationException(
                    $"Column file metadata lists column {columns[i]} after column {columns[i - 1]}; columns must ascend.");
            }
        }

        for (int i = FieldCount; i < fields; i++)
        {
            reader.Skip();
        }

        return new ColumnFileMeta(number, length, checksum, columns);
    }

    /// <inheritdoc/>
    public bool Equals(ColumnFileMeta? other) => other is not null && Number == other.Number && FileLength == other.FileLength
        && FileChecksum == other.FileChecksum && Columns.AsSpan().SequenceEqual(other.Columns);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Number, FileLength, FileChecksum, Columns.Length);

    private static int ReadCount(ref MessagePackReader reader)
    {
        int count = reader.ReadArrayHeader();
        return count is > 0 and <= ColumnFileFormat.MaxColumns
            ? count
            : throw new MessagePackSerializationException(
                $"Column file metadata lists {count} columns, expected 1 to {ColumnFileFormat.MaxColumns}.");
    }
}
