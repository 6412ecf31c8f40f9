using System.Buffers;
using System.Buffers.Binary;
using System.Text;

namespace Signals.Storage.FeatureLog;

/// <summary>
/// What a feature log records of a definition: its name, the first 64 bits of its content hash, and its output columns.
/// Immutable.
/// </summary>
internal sealed record LoggedDefinition(string Name, ulong Hash, string[] Columns, ColumnType[] Types)
{
    public byte[] Write()
    {
        ArrayBufferWriter<byte> output = new();
        Span<byte> header = output.GetSpan(FeatureLogFormat.DefinitionHeaderBytes)[..FeatureLogFormat.DefinitionHeaderBytes];
        header.Clear();
        header[FeatureLogFormat.KindOffset] = FeatureLogFormat.DefinitionKind;
        BinaryPrimitives.WriteUInt64LittleEndian(header[FeatureLogFormat.HashOffset..], Hash);
        output.Advance(header.Length);
        Write(output, Name);
        Write(output, (ushort)Columns.Length);
        for (int i = 0; i < Columns.Length; i++)
        {
            Write(output, Columns[i]);
            Write(output, (ushort)Types[i].Kind);
            Write(output, (ushort)Types[i].Dimensions);
        }

        return output.WrittenSpan.ToArray();
    }

    /// <exception cref="InvalidDataException">The bytes are not a definition.</exception>
    public static LoggedDefinition Read(ReadOnlySpan<byte> entry)
    {
        Require(entry.Length >= FeatureLogFormat.DefinitionHeaderBytes, "is too short");
        ulong hash = BinaryPrimitives.ReadUInt64LittleEndian(entry[FeatureLogFormat.HashOffset..]);
        entry = entry[FeatureLogFormat.DefinitionHeaderBytes..];
        string name = ReadName(ref entry);
        int count = ReadShort(ref entry);
        Require(count <= FeatureLogFormat.MaxColumns && count <= entry.Length, $"has {count} columns");
        string[] columns = new string[count];
        ColumnType[] types = new ColumnType[count];
        for (int i = 0; i < count; i++)
        {
            columns[i] = ReadName(ref entry);
            types[i] = ReadType(ref entry);
        }

        Require(
            entry.IsEmpty && columns.Distinct(StringComparer.Ordinal).Count() == count,
            "has a column twice, or bytes after its columns");
        return new LoggedDefinition(name, hash, columns, types);
    }

    private static ColumnType ReadType(ref ReadOnlySpan<byte> entry)
    {
        ushort kind = ReadShort(ref entry);
        ushort dimensions = ReadShort(ref entry);
        try
        {
            return ColumnType.FromKind((ColumnKind)kind, dimensions);
        }
        catch (ArgumentException error)
        {
            throw new InvalidDataException($"A definition of the log has a column of kind {kind} with {dimensions} dimensions.", error);
        }
    }

    private static void Write(ArrayBufferWriter<byte> output, ushort value)
    {
        BinaryPrimitives.WriteUInt16LittleEndian(output.GetSpan(sizeof(ushort)), value);
        output.Advance(sizeof(ushort));
    }

    private static void Write(ArrayBufferWriter<byte> output, string name)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(name);
        Write(output, (ushort)bytes.Length);
        output.Write(bytes);
    }

    private static string ReadName(ref ReadOnlySpan<byte> entry)
    {
        int length = ReadShort(ref entry);
        Require(length is > 0 and <= FeatureLogFormat.MaxNameBytes && length <= entry.Length, $"has a name of {length} bytes");
        string name = Encoding.UTF8.GetString(entry[..length]);
        entry = entry[length..];
        return name;
    }

    private static ushort ReadShort(ref ReadOnlySpan<byte> entry)
    {
        Require(entry.Length >= sizeof(ushort), "ends early");
        ushort value = BinaryPrimitives.ReadUInt16LittleEndian(entry);
        entry = entry[sizeof(ushort)..];
        return value;
    }

    private static void Require(bool holds, string otherwise)
    {
        if (!holds)
        {
            throw new InvalidDataException($"A definition of the log {otherwise}.");
        }
    }
}
