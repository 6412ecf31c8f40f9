using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;
using Signals.Storage.Reads;

namespace Signals;

/// <summary>
/// The columns of one user's events, in the order in which their C# type declares them. Generated code reads events out of it
/// (<see cref="IEvent{TSelf}"/>); your code reads the events.
/// </summary>
/// <remarks>
/// Thread contract: one thread at a time. It shows the memory of a lease, like the spans of a <see cref="Sequence"/>: after the lease
/// has ended it may show another answer's values, or throw, but never reads invalid memory. The types and dimensions that are asked
/// for must be those of the declaration; nothing checks them again.
/// </remarks>
public readonly ref struct EventColumns
{
    private readonly SequenceBuffer _buffer;
    private readonly ReadOnlySpan<long> _times;
    private readonly ReadOnlySpan<ulong> _ids;

    // Where each column lies. A later lease of the buffer writes over it, so the arrays that are found in it are of any length.
    private readonly ReadOnlySpan<ColumnCells> _cells;

    internal EventColumns(SequenceBuffer buffer)
    {
        _buffer = buffer;
        _times = buffer.Times.Span;
        _ids = buffer.Ids.Span;
        _cells = buffer.Cells;
    }

    /// <summary>The user whose events these are.</summary>
    public UserId User => _buffer.User;

    internal int Count => _times.Length;

    /// <summary>The event time of a row.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public DateTimeOffset Time(int row) => DateTimeOffset.FromUnixTimeMilliseconds(_times[row]);

    /// <summary>The event time of a row, milliseconds since the Unix epoch, UTC.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public long TimeMs(int row) => _times[row];

    /// <summary>The id of a row.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ulong Id(int row) => _ids[row];

    /// <summary>Whether a column has a value in a row: neither null nor absent.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool Has(int column, int row) => _cells[column].States[row] == (byte)ColumnState.Value;

    /// <summary>The value of a scalar column; 0 where it is null or absent.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Value<T>(int column, int row)
        where T : unmanaged => MemoryMarshal.Cast<byte, T>(new ReadOnlySpan<byte>(_cells[column].Values))[row];

    /// <summary>The value of a scalar column; null where it is null or absent.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T? ValueOrNull<T>(int column, int row)
        where T : unmanaged => Has(column, row) ? Value<T>(column, row) : null;

    /// <summary>The components of a vector column in one row; empty where it is null or absent.</summary>
    /// <param name="column">The column's place in the declaration.</param>
    /// <param name="row">The row.</param>
    /// <param name="dimensions">The number of components of each value.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ReadOnlySpan<T> Vector<T>(int column, int row, int dimensions)
        where T : unmanaged => Has(column, row)
            ? MemoryMarshal.Cast<byte, T>(new ReadOnlySpan<byte>(_cells[column].Values)).Slice(row * dimensions, dimensions)
            : default;

    /// <summary>
    /// A copy of the components of a vector column in one row; empty where it is null or absent. The copies of all rows share one
    /// array, which is made at the first call.
    /// </summary>
    /// <param name="column">The column's place in the declaration.</param>
    /// <param name="row">The row.</param>
    /// <param name="dimensions">The number of components of each value.</param>
    public ReadOnlyMemory<T> CopyVector<T>(int column, int row, int dimensions)
        where T : unmanaged => Has(column, row) ? _buffer.CopyOf<T>(column).AsMemory(row * dimensions, dimensions) : default;

    /// <summary>The bytes of a text (UTF-8) or bytes column in one row; empty where it is null or absent.</summary>
    public ReadOnlySpan<byte> Bytes(int column, int row) => _cells[column].Output.Value(row);

    /// <summary>The text of a column in one row; null where it is null or absent. Allocates the string.</summary>
    public string? Text(int column, int row) => Has(column, row) ? Encoding.UTF8.GetString(Bytes(column, row)) : null;
}
