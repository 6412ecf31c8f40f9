using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Signals.Core.Model;

namespace Signals.Core.Columns;

/// <summary>
/// A view of an encoded column with access to any row; nothing is decoded ahead. It lives as long as the bytes it was opened on,
/// and is safe for any thread while those do not change. <see cref="Open"/> establishes that every fixed part lies inside the
/// chunk. What depends on stored values (codes, ends) is checked at use. So a damaged chunk can never make it read outside its
/// bytes.
/// </summary>
internal readonly ref struct ColumnChunk
{
    private readonly ReadOnlySpan<byte> _payload;
    private readonly ReadOnlySpan<byte> _packedStates;
    private readonly ColumnType _type; // what rows are given as
    private readonly ColumnType _stored; // what they are stored as
    private readonly int _rows;
    private readonly ChunkEncoding _encoding;
    private readonly ChunkStates _states;
    private readonly byte _unit;

    private ColumnChunk(ColumnType type, ColumnType unmarked, ReadOnlySpan<byte> chunk, int rows)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(rows);
        _type = type;
        _stored = unmarked;
        _rows = rows;
        if (chunk.IsEmpty)
        {
            _encoding = ChunkEncoding.None;
            return;
        }

        if (chunk.Length < ColumnChunkFormat.HeaderLength)
        {
            throw Damaged($"{chunk.Length} bytes for {rows} rows, less than a header");
        }

        _encoding = (ChunkEncoding)chunk[ColumnChunkFormat.EncodingOffset];
        _states = (ChunkStates)chunk[ColumnChunkFormat.StatesOffset];
        _unit = chunk[ColumnChunkFormat.UnitWidthOffset];
        if (chunk[ColumnChunkFormat.StoredKindOffset] != 0)
        {
            _stored = Marked(type, (ColumnKind)chunk[ColumnChunkFormat.StoredKindOffset]);
        }

        int statesLength = ColumnChunkFormat.StatesLength(_states, rows);
        int payloadLength = chunk.Length - ColumnChunkFormat.HeaderLength - statesLength;
        if (payloadLength >= 0)
        {
            _payload = chunk.Slice(ColumnChunkFormat.HeaderLength, payloadLength);
            _packedStates = chunk[(ColumnChunkFormat.HeaderLength + payloadLength)..];
        }

        if (payloadLength < 0 || !IsConsistent())
        {
            throw Damaged($"{chunk.Length} bytes for {rows} rows of {_stored}, encoding {_encoding}, states {_states}, unit {_unit}");
        }
    }

    /// <summary>The number of rows of the chunk.</summary>
    public int Rows => _rows;

    /// <summary>The type of every row that it gives.</summary>
    public ColumnType Type => _type;

    /// <summary>The type of the rows in the chunk, which <see cref="Type"/> holds.</summary>
    public ColumnType StoredType => _stored;

    /// <summary>How values are stored.</summary>
    public ChunkEncoding Encoding => _encoding;

    /// <summary>True when no row is absent or null.</summary>
    public bool AllValues => _states == ChunkStates.AllValues;

    /// <summary>True when every row is absent.</summary>
    public bool AllAbsent => _states == ChunkStates.AllAbsent;

    /// <summary>The bytes between the header and the states.</summary>
    internal ReadOnlySpan<byte> Payload => _payload;

    /// <summary>The states at two bits per row; empty when all rows have the same state.</summary>
    internal ReadOnlySpan<byte> PackedStates => _packedStates;

    /// <summary>The bytes of an offset or code, or the bits of a packed offset.</summary>
    internal int UnitWidth => _unit;

    /// <summary>
    /// Opens a chunk of <paramref name="rows"/> rows. An empty chunk is a column that is absent from every row.
    /// </summary>
    /// <exception cref="InvalidDataException">The length does not fit the rows.</exception>
    public static ColumnChunk Open(ColumnType type, ReadOnlySpan<byte> chunk, int rows) => new(type, type, chunk, rows);

    /// <summary>Opens a chunk whose rows have another, narrower type unless it says its own. It gives them as the wide type.</summary>
    /// <exception cref="InvalidDataException">The length does not fit the rows.</exception>
    public static ColumnChunk OpenAs(ColumnType type, ColumnType unmarked, ReadOnlySpan<byte> chunk, int rows) =>
        new(type, unmarked, chunk, rows);

    /// <summary>
    /// Makes a valid chunk say of which type its rows are, so that it can be opened as a wider one. Nothing changes when it is absent from
    /// all rows.
    /// </summary>
    public static void Mark(Span<byte> chunk, ColumnType stored)
    {
        if (!chunk.IsEmpty)
        {
            chunk[ColumnChunkFormat.StoredKindOffset] = (byte)stored.Kind;
        }
    }

    /// <summary>Checks everything that can be checked, so that no later read of these bytes fails.</summary>
    /// <exception cref="InvalidDataException">The chunk breaks a rule of the format. The message says which.</exception>
    public static void Validate(ColumnType type, ReadOnlySpan<byte> chunk, int rows) => ColumnChunkValidator.Validate(type, chunk, rows);

    /// <summary>The state of a row.</summary>
    public ColumnState GetState(int row)
    {
        RequireRows(row, 1);
        return _states == ChunkStates.PerRow ? (ColumnState)StateBits.Get(_packedStates, row) : (ColumnState)_states;
    }

    /// <summary>Writes one <see cref="ColumnState"/> byte per row.</summary>
    public void CopyStates(int firstRow, int rows, Span<byte> destination)
    {
        RequireRows(firstRow, rows);
        destination = destination[..rows];
        if (_states == ChunkStates.PerRow)
        {
            StateBits.Unpack(_packedStates, firstRow, destination);
        }
        else
        {
            destination.Fill((byte)_states);
        }
    }

    /// <summary>Writes fixed rows at their full width: <c>rows * Width</c> bytes.</summary>
    public void CopyValues(int firstRow, int rows, Span<byte> destination)
    {
        RequireRows(firstRow, rows);
        destination = destination[..checked(rows * FixedWidth())];
        if (_stored.Kind == _type.Kind)
        {
            CopyStored(firstRow, rows, destination);
            return;
        }

        CopyStored(firstRow, rows, destination[^(rows * _stored.Width)..]);
        NumberWidening.Widen(_stored, _type, destination);
    }

    /// <summary>
    /// The rows at full width as they are stored. False when the rows are encoded or narrower, or when some have no value.
    /// </summary>
    public bool TryGetRows(out ReadOnlySpan<byte> rows)
    {
        rows = _payload;
        return _encoding == ChunkEncoding.Raw && _states == ChunkStates.AllValues && _stored.Kind == _type.Kind;
    }

    /// <summary>Writes signed 8-byte rows.</summary>
    public void CopyLongs(int firstRow, int rows, Span<long> destination) =>
        CopyValues(firstRow, rows, MemoryMarshal.AsBytes(RequireWide(destination)));

    /// <summary>Writes unsigned 8-byte rows.</summary>
    public void CopyULongs(int firstRow, int rows, Span<ulong> destination) =>
        CopyValues(firstRow, rows, MemoryMarshal.AsBytes(RequireWide(destination)));

    /// <summary>The value of one 8-byte row.</summary>
    public long GetLong(int row)
    {
        RequireRows(row, 1);
        if (_encoding == ChunkEncoding.FrameOfReference && _stored.Width == sizeof(long))
        {
            return (long)Base(sizeof(long)) + LittleEndian.Read(_payload[(sizeof(long) + (row * _unit))..], _unit);
        }

        if (_encoding == ChunkEncoding.Packed && _stored.Width == sizeof(long))
        {
            return (long)(Base(sizeof(long)) + BitUnpacking.Read(_payload[sizeof(long)..], _unit, row));
        }

        long value = 0;
        CopyLongs(row, 1, new Span<long>(ref value));
        return value;
    }

    /// <summary>The bytes of a variable row; empty when it has no value.</summary>
    public ReadOnlySpan<byte> GetBytes(int row)
    {
        RequireRows(row, 1);
        if (!_type.IsVariable)
        {
            throw new InvalidOperationException($"A {_type} column has fixed rows.");
        }

        switch (_encoding)
        {
            case ChunkEncoding.VariableRaw:
                return Part(_payload[..(_rows * _unit)], _payload[(_rows * _unit)..], _unit, row);
            case ChunkEncoding.Dictionary:
                int code = (int)LittleEndian.Read(_payload[(row * _unit)..], _unit);
                ReadOnlySpan<byte> table = Entries(out int count);
                RequireCode(code, count);
                int ends = count * ColumnChunkFormat.EntryEndLength;
                return Part(table[..ends], table[ends..], ColumnChunkFormat.EntryEndLength, code);
            default:
                return _payload;
        }
    }

    /// <summary>The bytes that variable rows take once decoded. A dictionary may store them in far fewer.</summary>
    public long CountBytes(int firstRow, int rows)
    {
        RequireRows(firstRow, rows);
        if (rows == 0 || _encoding is not (ChunkEncoding.Dictionary or ChunkEncoding.VariableRaw))
        {
            return rows == 0 ? 0 : (long)rows * GetBytes(firstRow).Length;
        }

        if (_encoding == ChunkEncoding.VariableRaw)
        {
            // The values lie one after the other.
            uint start = firstRow == 0 ? 0 : LittleEndian.Read(_payload[((firstRow - 1) * _unit)..], _unit);
            uint end = LittleEndian.Read(_payload[((firstRow + rows - 1) * _unit)..], _unit);
            return start <= end ? end - start : throw Damaged($"row {firstRow} begins at {start} and row {firstRow + rows} at {end}");
        }

        long bytes = 0;
        for (int row = firstRow; row < firstRow + rows; row++)
        {
            bytes += GetBytes(row).Length;
        }

        return bytes;
    }

    /// <summary>Appends rows to a column of the same type.</summary>
    [MethodImpl(Compile.InFull)]
    public void AppendTo(ColumnBuffer destination, int firstRow, int rows)
    {
        RequireRows(firstRow, rows);
        if (destination.Type != _type)
        {
            throw new ArgumentException($"The chunk holds {_type}, the column {destination.Type}.", nameof(destination));
        }

        int before = destination.Count;
        if (_type.IsVariable)
        {
            for (int row = firstRow; row < firstRow + rows; row++)
            {
                destination.AppendBytes(GetBytes(row));
            }
        }
        else if (AllAbsent || Encoding == ChunkEncoding.None)
        {
            destination.AppendMissing(ColumnState.Absent, rows);
        }
        else
        {
            CopyValues(firstRow, rows, destination.AppendFixedRows(rows));
        }

        if (!AllValues)
        {
            CopyStates(firstRow, rows, destination.States[before..]);
        }
    }

    /// <summary>The entries of a dictionary: fixed values, or ends followed by bytes.</summary>
    internal ReadOnlySpan<byte> Entries(out int count)
    {
        ReadOnlySpan<byte> table = _payload[(_rows * _unit)..];
        count = BinaryPrimitives.ReadUInt16LittleEndian(table);
        return table[ColumnChunkFormat.EntryCountLength..];
    }

    internal static void RequireCode(int code, int entries)
    {
        if ((uint)code >= (uint)entries)
        {
            throw Damaged($"code {code} in a dictionary of {entries} entries");
        }
    }

    internal static InvalidDataException Damaged(string found) => new($"Damaged column chunk: {found}.");

    private void CopyStored(int firstRow, int rows, Span<byte> destination)
    {
        int width = _stored.Width;
        switch (_encoding)
        {
            case ChunkEncoding.Raw:
                _payload.Slice(firstRow * width, destination.Length).CopyTo(destination);
                break;
            case ChunkEncoding.FrameOfReference:
                IntegerWidening.Widen(width, _unit, Base(width), _payload.Slice(width + (firstRow * _unit), rows * _unit), destination);
                break;
            case ChunkEncoding.Packed:
                BitUnpacking.Unpack(width, _unit, Base(width), _payload[width..], firstRow, destination);
                break;
            case ChunkEncoding.Constant:
                Repeat(_payload, destination);
                break;
            case ChunkEncoding.Dictionary:
                FixedDictionary.Copy(this, width, firstRow, rows, destination);
                break;
            default:
                destination.Clear();
                break;
        }
    }

    // Checks the payload's length against the rows, once, for everything that does not depend on codes and ends.
    private bool IsConsistent()
    {
        long length = _payload.Length;
        long width = _stored.Width;
        long units = (long)_rows * _unit;
        return _states <= ChunkStates.PerRow && _encoding switch
        {
            ChunkEncoding.None => length == 0 && _unit == 0,
            ChunkEncoding.Constant => _unit == 0 && (length == width || _stored.IsVariable),
            ChunkEncoding.Raw => length == _rows * width && _unit == 0 && !_stored.IsVariable,
            ChunkEncoding.FrameOfReference => length == width + units && IsUnit() && _unit < width && _stored.IsInteger,
            ChunkEncoding.Packed => IsPackable() && length == width + ColumnChunkFormat.PackedLength(_rows, _unit),
            ChunkEncoding.Dictionary => _unit is 1 or 2 && length >= units + ColumnChunkFormat.EntryCountLength && EntriesFit(),
            ChunkEncoding.VariableRaw => _stored.IsVariable && IsUnit() && length >= units,
            _ => false,
        };
    }

    private bool EntriesFit()
    {
        long length = Entries(out int count).Length;
        return _type.IsVariable
            ? length >= (long)count * ColumnChunkFormat.EntryEndLength
            : length == (long)count * _stored.Width;
    }

    private bool IsPackable() => !_stored.IsVariable && !_stored.IsVector
        && _unit is >= 1 and <= ColumnChunkFormat.MaxPackedBits && _unit < 8 * _stored.Width;

    private static ColumnType Marked(ColumnType type, ColumnKind kind) =>
        Enum.IsDefined(kind) && (kind >= ColumnKind.VectorInt8) == type.IsVector
        && ColumnType.FromKind(kind, type.Dimensions) is var stored && type.Holds(stored)
            ? stored
            : throw Damaged($"values of kind {(byte)kind} in a column of {type}");

    private bool IsUnit() => _unit is 1 or 2 or 4;

    private ulong Base(int width) => width == sizeof(ulong)
        ? BinaryPrimitives.ReadUInt64LittleEndian(_payload)
        : LittleEndian.Read(_payload, width);

    // Part i of bytes that are cut at the given ends: it begins where part i - 1 ends.
    private static ReadOnlySpan<byte> Part(ReadOnlySpan<byte> ends, ReadOnlySpan<byte> bytes, int unit, int index)
    {
        uint start = index == 0 ? 0 : LittleEndian.Read(ends[((index - 1) * unit)..], unit);
        uint end = LittleEndian.Read(ends[(index * unit)..], unit);
        return start <= end && end <= (uint)bytes.Length
            ? bytes[(int)start..(int)end]
            : throw Damaged($"row {index} spans bytes {start} to {end} of {bytes.Length}");
    }

    [MethodImpl(Compile.InFull)]
    private static void Repeat(ReadOnlySpan<byte> value, Span<byte> destination)
    {
        switch (value.Length)
        {
            case 1: destination.Fill(value[0]); break;
            case 2: MemoryMarshal.Cast<byte, ushort>(destination).Fill(MemoryMarshal.Read<ushort>(value)); break;
            case 4: MemoryMarshal.Cast<byte, uint>(destination).Fill(MemoryMarshal.Read<uint>(value)); break;
            case 8: MemoryMarshal.Cast<byte, ulong>(destination).Fill(MemoryMarshal.Read<ulong>(value)); break;
            default:
                for (; !destination.IsEmpty; destination = destination[value.Length..])
                {
                    value.CopyTo(destination);
                }

                break;
        }
    }

    private int FixedWidth() => !_type.IsVariable
        ? _type.Width
        : throw new InvalidOperationException($"A {_type} column has rows of any length; read them one by one.");

    private Span<T> RequireWide<T>(Span<T> destination) => _type.Width == sizeof(long)
        ? destination
        : throw new InvalidOperationException($"A {_type} column has {_type.Width} bytes per row, not {sizeof(long)}.");

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void RequireRows(int firstRow, int rows)
    {
        if ((uint)firstRow > (uint)_rows || (uint)rows > (uint)(_rows - firstRow))
        {
            throw new ArgumentOutOfRangeException(
                nameof(firstRow), $"{rows} rows from row {firstRow} on are asked for, but the chunk has {_rows}.");
        }
    }
}
