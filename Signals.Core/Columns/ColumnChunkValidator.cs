using System.Runtime.CompilerServices;
using Signals.Core.Model;

namespace Signals.Core.Columns;

/// <summary>The full check of a column chunk that came from outside. Pure; reads every row once.</summary>
internal static class ColumnChunkValidator
{
    private const int PackedNulls = 0b01_01_01_01;

    /// <exception cref="InvalidDataException">The chunk breaks a rule of the format.</exception>
    [MethodImpl(Compile.InFull)]
    public static void Validate(ColumnType type, ReadOnlySpan<byte> chunk, int rows)
    {
        Require(chunk.Length <= ColumnChunkFormat.StoredKindOffset || chunk[ColumnChunkFormat.StoredKindOffset] == 0,
            "the reserved byte is not 0");
        ValidateMarked(type, chunk, rows);
    }

    /// <summary>The same for a chunk that may say of which type its rows are.</summary>
    /// <exception cref="InvalidDataException">The chunk breaks a rule of the format.</exception>
    [MethodImpl(Compile.InFull)]
    public static void ValidateMarked(ColumnType type, ReadOnlySpan<byte> chunk, int rows)
    {
        ColumnChunk column = ColumnChunk.Open(type, chunk, rows);
        if (chunk.IsEmpty)
        {
            return;
        }

        type = column.StoredType;
        Require(rows > 0, "a chunk of bytes for no rows");
        Require(!column.AllAbsent, "states say all absent, which takes no chunk");
        Require(column.Encoding != ChunkEncoding.None || !column.AllValues, "states say all values, the encoding none");
        ValidateStates(column, rows);
        if (column.Encoding == ChunkEncoding.Dictionary)
        {
            ValidateDictionary(column, rows);
        }

        if (column.Encoding == ChunkEncoding.Packed)
        {
            ValidatePacked(column, rows);
        }

        if (type.IsVariable)
        {
            ValidateRows(column, rows);
        }
        else if (type.Kind == ColumnKind.Boolean)
        {
            ValidateBooleans(column, rows);
        }
    }

    [MethodImpl(Compile.InFull)]
    private static void ValidateStates(in ColumnChunk column, int rows)
    {
        foreach (byte four in column.PackedStates)
        {
            Require((four & (four >> 1) & PackedNulls) == 0, "a row has the unknown state 3");
        }

        int unused = (4 - (rows & 3)) & 3;
        Require(column.PackedStates.IsEmpty || column.PackedStates[^1] >> (8 - (2 * unused)) == 0, "states after the last row");
    }

    private static void ValidateDictionary(in ColumnChunk column, int rows)
    {
        column.Entries(out int count);
        for (int row = 0; row < rows; row++)
        {
            ColumnChunk.RequireCode((int)LittleEndian.Read(column.Payload[(row * column.UnitWidth)..], column.UnitWidth), count);
        }
    }

    [MethodImpl(Compile.InFull)]
    private static void ValidatePacked(in ColumnChunk column, int rows)
    {
        ReadOnlySpan<byte> packed = column.Payload[column.StoredType.Width..^ColumnChunkFormat.PackedPadding];
        int used = (int)((long)rows * column.UnitWidth & 7);
        bool isClean = used == 0 || packed[^1] >> used == 0;
        Require(isClean && !column.Payload[^ColumnChunkFormat.PackedPadding..].ContainsAnyExcept((byte)0), "bits after the last offset");
    }

    private static void ValidateRows(in ColumnChunk column, int rows)
    {
        long total = 0;
        for (int row = 0; row < rows; row++)
        {
            int length = column.GetBytes(row).Length;
            Require(length == 0 || column.GetState(row) == ColumnState.Value, "a row has bytes but no value");
            total += length;
        }

        long stored = column.Payload.Length - ((long)rows * column.UnitWidth);
        Require(column.Encoding != ChunkEncoding.VariableRaw || total == stored, "bytes that belong to no row");
    }

    private static void ValidateBooleans(in ColumnChunk column, int rows)
    {
        byte value = 0;
        for (int row = 0; row < rows; row++)
        {
            column.CopyValues(row, 1, new Span<byte>(ref value));
            Require(value <= 1, "a boolean is neither 0 nor 1");
        }
    }

    private static void Require(bool holds, string otherwise)
    {
        if (!holds)
        {
            throw ColumnChunk.Damaged(otherwise);
        }
    }
}
