using System.Buffers.Binary;

namespace Signals.Samples.ConsoleHost.Verification;

/// <summary>How the model keeps an event's columns: per column one byte of state and, for a value, a length and the bytes. Pure.</summary>
internal static class ModelCells
{
    private const int StateBytes = 1;
    private const int LengthBytes = sizeof(int);

    /// <summary>Bytes that <paramref name="single"/> takes.</summary>
    public static int Size(SingleEvent single)
    {
        int size = 0;
        for (int column = 0; column < single.CellCount; column++)
        {
            size += StateBytes + (single.State(column) == ColumnState.Value ? LengthBytes + single.Bytes(column).Length : 0);
        }
        return size;
    }

    /// <summary>Writes the columns of <paramref name="single"/>.</summary>
    public static void Write(SingleEvent single, Span<byte> destination)
    {
        for (int column = 0; column < single.CellCount; column++)
        {
            Write(single.State(column), single.Bytes(column), ref destination);
        }
    }

    /// <summary>Reads the next column and moves <paramref name="cells"/> behind it.</summary>
    public static ColumnState Read(ref ReadOnlySpan<byte> cells, out ReadOnlySpan<byte> value)
    {
        ColumnState state = (ColumnState)cells[0];
        cells = cells[StateBytes..];
        value = default;
        if (state == ColumnState.Value)
        {
            int length = BinaryPrimitives.ReadInt32LittleEndian(cells);
            value = cells.Slice(LengthBytes, length);
            cells = cells[(LengthBytes + length)..];
        }
        return state;
    }

    /// <summary>
    /// Merges two copies of one event, column by column, by the store's documented rule: absent loses to null, null to a value,
    /// and of two values the one whose bytes compare larger wins, the longer one if it only goes on.
    /// </summary>
    /// <returns>Bytes written.</returns>
    public static int Merge(ReadOnlySpan<byte> first, ReadOnlySpan<byte> second, int columns, Span<byte> destination)
    {
        Span<byte> rest = destination;
        for (int column = 0; column < columns; column++)
        {
            ColumnState state1 = Read(ref first, out ReadOnlySpan<byte> value1);
            ColumnState state2 = Read(ref second, out ReadOnlySpan<byte> value2);
            bool firstWins = state1 != state2 ? state1 > state2 : value1.SequenceCompareTo(value2) >= 0;
            Write(firstWins ? state1 : state2, firstWins ? value1 : value2, ref rest);
        }
        return destination.Length - rest.Length;
    }

    /// <summary>Bytes that <paramref name="columns"/> columns take.</summary>
    public static int Size(ReadOnlySpan<byte> cells, int columns)
    {
        int all = cells.Length;
        for (int column = 0; column < columns; column++)
        {
            Read(ref cells, out _);
        }
        return all - cells.Length;
    }

    private static void Write(ColumnState state, scoped ReadOnlySpan<byte> value, ref Span<byte> destination)
    {
        destination[0] = (byte)state;
        destination = destination[StateBytes..];
        if (state == ColumnState.Value)
        {
            BinaryPrimitives.WriteInt32LittleEndian(destination, value.Length);
            value.CopyTo(destination[LengthBytes..]);
            destination = destination[(LengthBytes + value.Length)..];
        }
    }
}
