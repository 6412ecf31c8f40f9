using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Signals.Offline;

namespace Signals.Storage.Reads;

/// <summary>
/// Checked, typed views of a buffer, shared by <see cref="Sequence"/> and <see cref="SequenceBatch"/>. Holds no state.
/// </summary>
internal static class SequenceAccess
{
    public static SequenceBuffer Live(SequenceBuffer? buffer, int generation)
    {
        ObjectDisposedException.ThrowIf(buffer is null || buffer.Generation != generation, typeof(Sequence));
        return buffer;
    }

    // Not inlined, for the sake of what else the caller's method does.
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static void End(SequenceBuffer? buffer, int generation)
    {
        if (buffer is not null && buffer.TryEnd(generation))
        {
            buffer.Pool.Return(buffer);
        }
    }

    public static ReadOnlySpan<T> Field<T>(SequenceBuffer buffer, int ordinal)
        where T : unmanaged
    {
        ColumnOutput column = buffer.Columns[ordinal];
        if (!column.Type.Accepts<T>())
        {
            ThrowKind(buffer, ordinal, typeof(T));
        }

        return MemoryMarshal.Cast<byte, T>(column.Values);
    }

    public static ReadOnlySpan<T> Vector<T>(SequenceBuffer buffer, int ordinal)
        where T : unmanaged
    {
        ColumnOutput column = buffer.Columns[ordinal];
        if (!column.Type.AcceptsVector<T>())
        {
            ThrowKind(buffer, ordinal, typeof(T));
        }

        return MemoryMarshal.Cast<byte, T>(column.Values);
    }

    public static ReadOnlySpan<byte> Bytes(SequenceBuffer buffer, int ordinal, int row)
    {
        ColumnOutput column = buffer.Columns[ordinal];
        if (!column.Type.IsVariable)
        {
            throw new ArgumentException($"The column '{buffer.Query.ColumnNames[ordinal]}' is {column.Type}, not text or bytes.");
        }

        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)row, (uint)buffer.Times.Count, nameof(row));
        return column.Value(row);
    }

    public static ReadOnlySpan<ColumnState> States(SequenceBuffer buffer, int ordinal) =>
        MemoryMarshal.Cast<byte, ColumnState>(buffer.Columns[ordinal].States);

    public static long Watermark(SequenceBuffer buffer, string eventType) => buffer.Watermarks[SlotOf(buffer, eventType)];

    public static Completeness Completeness(SequenceBuffer buffer, string eventType) => buffer.Completeness[SlotOf(buffer, eventType)];

    private static int SlotOf(SequenceBuffer buffer, string eventType)
    {
        int slot = Array.FindIndex(buffer.Query.Types, type => type.EventType.IsCalled(eventType));
        return slot >= 0
            ? slot
            : throw new ArgumentException($"The query does not read the event type '{eventType}'.", nameof(eventType));
    }

    private static void ThrowKind(SequenceBuffer buffer, int ordinal, Type asked) =>
        throw new ArgumentException(
            $"The column '{buffer.Query.ColumnNames[ordinal]}' is {buffer.Query.Columns[ordinal]}; it cannot be read as {asked.Name}.");
}
