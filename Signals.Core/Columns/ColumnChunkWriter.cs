using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Signals.Core.Model;

namespace Signals.Core.Columns;

/// <summary>
/// Writes column chunks in two steps. <c>Plan</c> decides the encoding and returns the exact length, so that the caller can claim
/// the space; <c>Write</c> fills it. Stateless. It allocates nothing except the dictionary scratch memory that a column keeps.
/// </summary>
internal static class ColumnChunkWriter
{
    /// <summary>Decides how to write <paramref name="count"/> rows of a column.</summary>
    [MethodImpl(Compile.InFull)]
    public static ChunkDecision Plan(ColumnBuffer column, int start, int count, ChunkGoal goal = ChunkGoal.Speed)
    {
        ReadOnlySpan<byte> states = column.States.Slice(start, count);
        ChunkStates form = FormOf(states);
        if (count == 0 || form == ChunkStates.AllAbsent)
        {
            return new ChunkDecision(0, start, count, ChunkEncoding.None, ChunkStates.AllAbsent, 0, 0);
        }

        ChunkDecision decision = form != ChunkStates.AllValues && !states.Contains((byte)ColumnState.Value)
            ? Sized(0, count, ChunkEncoding.None)
            : column.Type.IsVariable
                ? PlanVariable(column, start, count)
                : PlanFixed(column.Type, FixedRows(column, start, count), count, goal);
        if (goal != ChunkGoal.Speed)
        {
            decision = TryDictionary(column, start, count, decision);
        }

        return decision with
        {
            Start = start,
            States = form,
            Length = checked(decision.Length + ColumnChunkFormat.StatesLength(form, count)),
        };
    }

    /// <summary>Decides how to write times.</summary>
    [MethodImpl(Compile.InFull)]
    public static ChunkDecision Plan(ReadOnlySpan<long> keys, ChunkGoal goal = ChunkGoal.Speed) =>
        PlanKeys(ColumnType.Scalar<long>(), MemoryMarshal.AsBytes(keys), keys.Length, goal);

    /// <summary>Decides how to write ids or users.</summary>
    [MethodImpl(Compile.InFull)]
    public static ChunkDecision Plan(ReadOnlySpan<ulong> keys, ChunkGoal goal = ChunkGoal.Speed) =>
        PlanKeys(ColumnType.Scalar<ulong>(), MemoryMarshal.AsBytes(keys), keys.Length, goal);

    /// <summary>Writes a planned range and returns its length.</summary>
    [MethodImpl(Compile.InFull)]
    public static int Write(ColumnBuffer column, in ChunkDecision decision, Span<byte> destination)
    {
        destination = Claim(decision, destination);
        if (destination.IsEmpty)
        {
            return 0;
        }

        int statesLength = ColumnChunkFormat.StatesLength(decision.States, decision.Count);
        Span<byte> payload = destination[ColumnChunkFormat.HeaderLength..^statesLength];
        switch (decision.Encoding)
        {
            case ChunkEncoding.None:
                break;
            case ChunkEncoding.Dictionary:
                WriteDictionary(column, decision, payload);
                break;
            default:
                if (column.Type.IsVariable)
                {
                    WriteVariable(column, decision, payload);
                }
                else
                {
                    WriteFixed(column.Type.Width, decision, FixedRows(column, decision.Start, decision.Count), payload);
                }

                break;
        }

        if (statesLength > 0)
        {
            StateBits.Pack(column.States.Slice(decision.Start, decision.Count), destination[^statesLength..]);
        }

        return decision.Length;
    }

    /// <summary>Writes planned times.</summary>
    [MethodImpl(Compile.InFull)]
    public static int Write(ReadOnlySpan<long> keys, in ChunkDecision decision, Span<byte> destination) =>
        WriteKeys(MemoryMarshal.AsBytes(keys), decision, destination);

    /// <summary>Writes planned ids or users.</summary>
    [MethodImpl(Compile.InFull)]
    public static int Write(ReadOnlySpan<ulong> keys, in ChunkDecision decision, Span<byte> destination) =>
        WriteKeys(MemoryMarshal.AsBytes(keys), decision, destination);

    private static ChunkDecision PlanKeys(ColumnType type, ReadOnlySpan<byte> values, int count, ChunkGoal goal) => count == 0
        ? new ChunkDecision(0, 0, 0, ChunkEncoding.None, ChunkStates.AllAbsent, 0, 0)
        : PlanFixed(type, values, count, goal);

    private static int WriteKeys(ReadOnlySpan<byte> values, in ChunkDecision decision, Span<byte> destination)
    {
        destination = Claim(decision, destination);
        if (!destination.IsEmpty)
        {
            WriteFixed(sizeof(ulong), decision, values, destination[ColumnChunkFormat.HeaderLength..]);
        }

        return decision.Length;
    }

    private static ChunkStates FormOf(ReadOnlySpan<byte> states) =>
        states.IsEmpty ? ChunkStates.AllAbsent
        : states.ContainsAnyExcept(states[0]) ? ChunkStates.PerRow
        : (ChunkStates)states[0];

    [MethodImpl(Compile.InFull)]
    private static ChunkDecision PlanFixed(ColumnType type, ReadOnlySpan<byte> values, int count, ChunkGoal goal)
    {
        int width = type.Width;
        if (!type.IsVector && (goal == ChunkGoal.Size || (type.IsInteger && width > 1)))
        {
            (ulong low, ulong span) = FrameOfReference.Measure(type.Kind, values);
            return span == 0
                ? Sized(width, count, ChunkEncoding.Constant)
                : TryPacked(width, low, span, goal, TryNarrow(type, low, span, count));
        }

        // Every row equals the one before it exactly when the bytes equal themselves shifted by one row.
        return values[width..].SequenceEqual(values[..^width])
            ? Sized(width, count, ChunkEncoding.Constant)
            : Sized(values.Length, count, ChunkEncoding.Raw);
    }

    [MethodImpl(Compile.InFull)]
    private static ChunkDecision TryNarrow(ColumnType type, ulong low, ulong span, int count)
    {
        int unit = ColumnChunkFormat.UnitWidthFor(span);
        int narrowed = type.Width + (count * unit);
        int raw = type.Width * count;
        return type.IsInteger && narrowed < raw
            ? Sized(narrowed, count, ChunkEncoding.FrameOfReference, unit, low)
            : Sized(raw, count, ChunkEncoding.Raw);
    }

    // Packing costs a shift and a mask per row, so it must save at least a sixteenth of the space.
    [MethodImpl(Compile.InFull)]
    private static ChunkDecision TryPacked(int width, ulong low, ulong span, ChunkGoal goal, ChunkDecision decision)
    {
        int bits = BitPacking.BitsFor(span);
        if (goal != ChunkGoal.Size || bits > ColumnChunkFormat.MaxPackedBits || bits >= 8 * width)
        {
            return decision;
        }

        long length = width + ColumnChunkFormat.PackedLength(decision.Count, bits);
        return length + ColumnChunkFormat.HeaderLength <= decision.Length * 15L / 16
            ? Sized(length, decision.Count, ChunkEncoding.Packed, bits, low)
            : decision;
    }

    private static ChunkDecision PlanVariable(ColumnBuffer column, int start, int count)
    {
        ReadOnlySpan<byte> bytes = VariableRows(column, start, count);
        ReadOnlySpan<int> ends = column.Ends.Slice(start, count);
        int width = ends[0] - StartOf(column, start);
        bool sameLength = bytes.Length == (long)width * count;
        for (int i = 1; i < ends.Length && sameLength; i++)
        {
            sameLength = ends[i] - ends[i - 1] == width;
        }

        if (sameLength && bytes[width..].SequenceEqual(bytes[..^width]))
        {
            return Sized(width, count, ChunkEncoding.Constant);
        }

        int unit = ColumnChunkFormat.UnitWidthFor((uint)bytes.Length);
        return Sized(((long)count * unit) + bytes.Length, count, ChunkEncoding.VariableRaw, unit);
    }

    private static ChunkDecision TryDictionary(ColumnBuffer column, int start, int count, ChunkDecision decision)
    {
        if (decision.Encoding is not
                (ChunkEncoding.Raw or ChunkEncoding.FrameOfReference or ChunkEncoding.Packed or ChunkEncoding.VariableRaw)
            || decision is { Encoding: ChunkEncoding.FrameOfReference, UnitWidth: 1 } or { Encoding: ChunkEncoding.Packed, UnitWidth: <= 8 }
            || column.Type is { IsVector: true } or { Width: 1 }
            || !column.Dictionary.TryBuild(column, start, count, count / 4))
        {
            return decision;
        }

        int entries = column.Dictionary.EntryRows.Length;
        int unit = entries <= byte.MaxValue + 1 ? 1 : 2;
        long length = ((long)count * unit) + ColumnChunkFormat.EntryCountLength + column.Dictionary.EntryBytes
            + (column.Type.IsVariable ? (long)entries * ColumnChunkFormat.EntryEndLength : 0);

        // A dictionary costs a lookup per row, so it must save at least a quarter of the space.
        return length <= (long)decision.Length / 4 * 3 ? Sized(length, count, ChunkEncoding.Dictionary, unit) : decision;
    }

    private static ChunkDecision Sized(long payload, int count, ChunkEncoding encoding, int unit = 0, ulong low = 0) =>
        new(checked((int)(payload + ColumnChunkFormat.HeaderLength)), 0, count, encoding, ChunkStates.AllValues, (byte)unit, low);

    [MethodImpl(Compile.InFull)]
    private static Span<byte> Claim(ChunkDecision decision, Span<byte> destination)
    {
        if (destination.Length < decision.Length)
        {
            throw new ArgumentException($"The chunk takes {decision.Length} bytes, there are {destination.Length}.", nameof(destination));
        }

        destination = destination[..decision.Length];
        if (!destination.IsEmpty)
        {
            destination[ColumnChunkFormat.EncodingOffset] = (byte)decision.Encoding;
            destination[ColumnChunkFormat.StatesOffset] = (byte)decision.States;
            destination[ColumnChunkFormat.UnitWidthOffset] = decision.UnitWidth;
            destination[ColumnChunkFormat.StoredKindOffset] = 0;
        }

        return destination;
    }

    [MethodImpl(Compile.InFull)]
    private static void WriteFixed(int width, in ChunkDecision decision, ReadOnlySpan<byte> values, Span<byte> payload)
    {
        switch (decision.Encoding)
        {
            case ChunkEncoding.FrameOfReference:
                WriteBase(width, decision.Base, payload);
                IntegerNarrowing.Narrow(width, decision.UnitWidth, decision.Base, values, payload[width..]);
                break;
            case ChunkEncoding.Packed:
                WriteBase(width, decision.Base, payload);
                BitPacking.Pack(width, decision.UnitWidth, decision.Base, values, payload[width..]);
                break;
            default:
                values[..payload.Length].CopyTo(payload);
                break;
        }
    }

    private static void WriteBase(int width, ulong low, Span<byte> payload)
    {
        Span<byte> reference = stackalloc byte[sizeof(ulong)];
        BinaryPrimitives.WriteUInt64LittleEndian(reference, low);
        reference[..width].CopyTo(payload);
    }

    private static void WriteVariable(ColumnBuffer column, in ChunkDecision decision, Span<byte> payload)
    {
        ReadOnlySpan<byte> bytes = VariableRows(column, decision.Start, decision.Count);
        if (decision.Encoding == ChunkEncoding.Constant)
        {
            bytes[..payload.Length].CopyTo(payload);
            return;
        }

        // Ends are stored as offsets too, relative to the start of the first row.
        uint from = (uint)StartOf(column, decision.Start);
        ReadOnlySpan<byte> ends = MemoryMarshal.AsBytes(column.Ends.Slice(decision.Start, decision.Count));
        IntegerNarrowing.Narrow(sizeof(int), decision.UnitWidth, from, ends, payload);
        bytes.CopyTo(payload[(decision.Count * decision.UnitWidth)..]);
    }

    private static void WriteDictionary(ColumnBuffer column, in ChunkDecision decision, Span<byte> payload)
    {
        ReadOnlySpan<ushort> codes = column.Dictionary.Codes;
        ReadOnlySpan<int> entryRows = column.Dictionary.EntryRows;
        for (int i = 0; i < codes.Length; i++)
        {
            LittleEndian.Write(payload[(i * decision.UnitWidth)..], decision.UnitWidth, codes[i]);
        }

        payload = payload[(codes.Length * decision.UnitWidth)..];
        BinaryPrimitives.WriteUInt16LittleEndian(payload, (ushort)entryRows.Length);
        payload = payload[ColumnChunkFormat.EntryCountLength..];
        Span<byte> bytes = column.Type.IsVariable ? payload[(entryRows.Length * ColumnChunkFormat.EntryEndLength)..] : payload;
        int end = 0;
        for (int entry = 0; entry < entryRows.Length; entry++)
        {
            ReadOnlySpan<byte> value = column.GetValue(entryRows[entry]);
            value.CopyTo(bytes[end..]);
            end += value.Length;
            if (column.Type.IsVariable)
            {
                BinaryPrimitives.WriteUInt32LittleEndian(payload[(entry * ColumnChunkFormat.EntryEndLength)..], (uint)end);
            }
        }
    }

    [MethodImpl(Compile.InFull)]
    private static ReadOnlySpan<byte> FixedRows(ColumnBuffer column, int start, int count) =>
        column.Values.Slice(start * column.Type.Width, count * column.Type.Width);

    private static ReadOnlySpan<byte> VariableRows(ColumnBuffer column, int start, int count)
    {
        int from = StartOf(column, start);
        return column.Values[from..column.Ends[start + count - 1]];
    }

    private static int StartOf(ColumnBuffer column, int row) => row == 0 ? 0 : column.Ends[row - 1];
}
