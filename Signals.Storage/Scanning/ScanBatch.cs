using System.Runtime.InteropServices;
using Signals.Storage.Reads;
using Signals.Storage.Scanning;

namespace Signals.Scanning;

/// <summary>
/// Some events of a scan as columns: spans of <see cref="Count"/> values, one for each event, in the order of the scan. Absent and null
/// cells have zeros as their value, or no bytes.
/// </summary>
/// <remarks>
/// Thread contract: the thread that called <see cref="EventScan.TryNext(out ScanBatch, CancellationToken)"/>. Lifetime: the batch and
/// its spans point to memory that the scan uses again; copy what must outlive the next call of TryNext or Dispose. Members of a batch
/// that has been replaced throw <see cref="InvalidOperationException"/>; a span that was taken before shows other values then, never
/// memory that is not the scan's.
/// </remarks>
public readonly ref struct ScanBatch
{
    private readonly EventScan? _scan;
    private readonly int _generation;

    internal ScanBatch(EventScan scan, int generation)
    {
        _scan = scan;
        _generation = generation;
    }

    /// <summary>How many events the batch has; at least 1, except in the default value.</summary>
    public int Count => _scan is null ? 0 : Buffer.Count;

    /// <summary>The user of each event.</summary>
    public ReadOnlySpan<UserId> Users => Buffer.Users.Span;

    /// <summary>The users of the batch, each with the place of their events, in the order of the events.</summary>
    public ReadOnlySpan<ScanRun> Runs => Buffer.Runs.Span;

    /// <summary>The time of each event, milliseconds since the Unix epoch, UTC.</summary>
    public ReadOnlySpan<long> Times => Buffer.Times;

    /// <summary>The id of each event.</summary>
    public ReadOnlySpan<ulong> Ids => Buffer.Ids;

    /// <summary>The values of a column of fixed width that is no vector; zeros where absent or null.</summary>
    /// <param name="ordinal">The place of the column in <see cref="EventScan.Columns"/>.</param>
    /// <exception cref="ArgumentException">The values of the column are not of type <typeparamref name="T"/>.</exception>
    public ReadOnlySpan<T> Field<T>(int ordinal)
        where T : unmanaged => MemoryMarshal.Cast<byte, T>(Fixed(ordinal, TypeOf(ordinal).Accepts<T>(), typeof(T).Name));

    /// <summary>
    /// The components of a vector column: <see cref="Count"/> x dimensions, event after event; zeros where absent or null.
    /// </summary>
    /// <param name="ordinal">The place of the column in <see cref="EventScan.Columns"/>.</param>
    /// <exception cref="ArgumentException">The components of the column are not of type <typeparamref name="T"/>.</exception>
    public ReadOnlySpan<T> Vector<T>(int ordinal)
        where T : unmanaged =>
        MemoryMarshal.Cast<byte, T>(Fixed(ordinal, TypeOf(ordinal).AcceptsVector<T>(), $"a vector of {typeof(T).Name}"));

    /// <summary>
    /// The bytes of a column of fixed width, vectors included, as they lie in memory (little-endian): <see cref="Count"/> x width of
    /// the column's type. For code that copies columns of any kind.
    /// </summary>
    /// <param name="ordinal">The place of the column in <see cref="EventScan.Columns"/>.</param>
    /// <exception cref="ArgumentException">The column is text or bytes.</exception>
    public ReadOnlySpan<byte> FixedBytes(int ordinal) => Fixed(ordinal, !TypeOf(ordinal).IsVariable, "bytes of fixed width");

    /// <summary>Whether each event has a value in the column, so that <see cref="States"/> need not be looked at.</summary>
    /// <param name="ordinal">The place of the column in <see cref="EventScan.Columns"/>.</param>
    public bool AllValues(int ordinal) => !StateBytes(ordinal).ContainsAnyExcept((byte)ColumnState.Value);

    /// <summary>The state of a column in each event: value, null or absent.</summary>
    /// <param name="ordinal">The place of the column in <see cref="EventScan.Columns"/>.</param>
    public ReadOnlySpan<ColumnState> States(int ordinal) => MemoryMarshal.Cast<byte, ColumnState>(StateBytes(ordinal));

    /// <summary>
    /// Where the values of a text or bytes column begin and end in <see cref="Values"/>: <see cref="Count"/> + 1 numbers, the first
    /// is 0, and the value of event i is <c>Values[Offsets[i]..Offsets[i + 1]]</c>. Absent and null cells have no bytes.
    /// </summary>
    /// <param name="ordinal">The place of the column in <see cref="EventScan.Columns"/>.</param>
    /// <exception cref="ArgumentException">The column is not text or bytes.</exception>
    public ReadOnlySpan<int> Offsets(int ordinal) => Variable(ordinal).Offsets;

    /// <summary>The values of a text (UTF-8) or bytes column, back to back.</summary>
    /// <param name="ordinal">The place of the column in <see cref="EventScan.Columns"/>.</param>
    /// <exception cref="ArgumentException">The column is not text or bytes.</exception>
    public ReadOnlySpan<byte> Values(int ordinal) => Variable(ordinal).Values;

    /// <summary>The value of one event in a text (UTF-8) or bytes column; empty where absent or null.</summary>
    /// <param name="ordinal">The place of the column in <see cref="EventScan.Columns"/>.</param>
    /// <param name="row">The index of the event in the batch.</param>
    /// <exception cref="ArgumentException">The column is not text or bytes, or the batch has no such event.</exception>
    public ReadOnlySpan<byte> Bytes(int ordinal, int row)
    {
        VariableRows variable = Variable(ordinal);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)row, (uint)Buffer.Count, nameof(row));
        return variable.Values[variable.Offsets[row]..variable.Offsets[row + 1]];
    }

    private ScanBuffer Buffer => _scan is null
        ? throw new InvalidOperationException("There is no batch: TryNext gave none.")
        : _scan.BufferOf(_generation);

    private ColumnType TypeOf(int ordinal) => Buffer.Column(ordinal).Type;

    private ReadOnlySpan<byte> StateBytes(int ordinal)
    {
        ScanBuffer buffer = Buffer;
        return buffer.Column(ordinal).States[buffer.Skip..];
    }

    private ReadOnlySpan<byte> Fixed(int ordinal, bool isKind, string asked)
    {
        ScanBuffer buffer = Buffer;
        ColumnOutput column = buffer.Column(ordinal);
        return isKind ? column.ValuesFrom(buffer.Skip) : throw Mismatch(ordinal, asked);
    }

    private VariableRows Variable(int ordinal) =>
        TypeOf(ordinal).IsVariable ? Buffer.Variable(ordinal) : throw Mismatch(ordinal, "text or bytes");

    private ArgumentException Mismatch(int ordinal, string asked) =>
        new($"The column {_scan!.Describe(ordinal)}; it cannot be read as {asked}.", nameof(ordinal));
}
