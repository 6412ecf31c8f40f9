using System.Runtime.InteropServices;
using System.Text;
using Signals.Core.Columns;
using Signals.Storage.FeatureLog;

namespace Signals.Serving;

/// <summary>
/// A served sequence that was read from a feature log. Row i of every span belongs to the same event. Immutable; any thread;
/// needs no disposal.
/// </summary>
public readonly record struct LoggedSequence
{
    private readonly LoggedBlock? _block;
    private readonly int _index;

    internal LoggedSequence(LoggedBlock block, int index)
    {
        _block = block;
        _index = index;
    }

    /// <summary>The user whose sequence it is.</summary>
    public UserId User => new(Block.Get<ulong>(0, _index), Block.Get<ulong>(1, _index));

    /// <summary>The time from which windows and ages were counted, milliseconds since the Unix epoch, UTC.</summary>
    public long AsOfMs => Block.Get<long>(2, _index);

    /// <summary>The status of the answer.</summary>
    public ServingStatus Status => (ServingStatus)Block.Get<byte>(3, _index);

    /// <summary>The name of the definition.</summary>
    public string DefinitionName => Block.Definition.Name;

    /// <summary>
    /// The first 64 bits of the content hash of the effective definition, as in a receipt; 0 when it has a condition in the
    /// host's code.
    /// </summary>
    public ulong DefinitionHash => Block.Definition.Hash;

    /// <summary>The names of the columns.</summary>
    public IReadOnlyList<string> ColumnNames => Block.Definition.Columns;

    /// <summary>The types of the columns, in the order of <see cref="ColumnNames"/>.</summary>
    public IReadOnlyList<ColumnType> ColumnTypes => Block.Definition.Types;

    /// <summary>How many events.</summary>
    public int Count => End - Start;

    /// <summary>Event times, milliseconds since the Unix epoch, UTC.</summary>
    public ReadOnlySpan<long> Times => Block.Keys<long>(0)[Start..End];

    /// <summary>Event ids.</summary>
    public ReadOnlySpan<ulong> Ids => Block.Keys<ulong>(1)[Start..End];

    /// <summary>Ids of the events' types, as in the schema of the store that served.</summary>
    public ReadOnlySpan<ushort> EventTypes => Block.Keys<ushort>(2)[Start..End];

    private LoggedBlock Block => _block
        ?? throw new InvalidOperationException("This value holds no sequence: TryRead returned false, or was not called.");

    private int Start => Block.RowsOf(_index).Start;

    private int End => Block.RowsOf(_index).End;

    /// <summary>The values of a scalar column; 0 where the state is absent or null.</summary>
    /// <exception cref="ArgumentException">
    /// There is no such column, or its values are not of type <typeparamref name="T"/>.
    /// </exception>
    public ReadOnlySpan<T> Field<T>(string column)
        where T : unmanaged
    {
        ColumnBuffer rows = Find(column);
        return rows.Type.Accepts<T>()
            ? MemoryMarshal.Cast<byte, T>(rows.Values)[Start..End]
            : throw Unfit(column, rows.Type, typeof(T).Name);
    }

    /// <summary>
    /// The components of a vector column: <see cref="Count"/> x dimensions, row after row; zeros where absent or null.
    /// </summary>
    /// <exception cref="ArgumentException">
    /// There is no such column, or its components are not of type <typeparamref name="T"/>.
    /// </exception>
    public ReadOnlySpan<T> Vector<T>(string column)
        where T : unmanaged
    {
        ColumnBuffer rows = Find(column);
        int dimensions = rows.Type.Dimensions;
        return rows.Type.AcceptsVector<T>()
            ? MemoryMarshal.Cast<byte, T>(rows.Values)[(Start * dimensions)..(End * dimensions)]
            : throw Unfit(column, rows.Type, typeof(T).Name);
    }

    /// <summary>
    /// The bytes of a column of fixed width, vectors included, as they lie in memory (little-endian): <see cref="Count"/> x width of
    /// the column's type; zeros where absent or null. For code that copies columns of any kind.
    /// </summary>
    /// <exception cref="ArgumentException">There is no such column, or it is text or bytes.</exception>
    public ReadOnlySpan<byte> FixedBytes(string column)
    {
        ColumnBuffer rows = Find(column);
        int width = rows.Type.Width;
        return !rows.Type.IsVariable
            ? rows.Values[(Start * width)..(End * width)]
            : throw Unfit(column, rows.Type, "values of fixed width");
    }

    /// <summary>The bytes of a text (UTF-8) or bytes column in one row; empty where absent or null.</summary>
    /// <exception cref="ArgumentException">There is no such column, or it is of fixed width.</exception>
    public ReadOnlySpan<byte> Bytes(string column, int row)
    {
        ColumnBuffer rows = Find(column);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)row, (uint)Count, nameof(row));
        return rows.Type.IsVariable ? rows.GetValue(Start + row) : throw Unfit(column, rows.Type, "text or bytes");
    }

    /// <summary>The text of a column in one row; null where the state is absent or null. Allocates the string.</summary>
    public string? Text(string column, int row) =>
        States(column)[row] == ColumnState.Value ? Encoding.UTF8.GetString(Bytes(column, row)) : null;

    /// <summary>The state of a column in each row: value, null or absent.</summary>
    public ReadOnlySpan<ColumnState> States(string column) => MemoryMarshal.Cast<byte, ColumnState>(Find(column).States)[Start..End];

    private ColumnBuffer Find(string column) => Block.Find(column)
        ?? throw new ArgumentException(
            $"The sequence has no column '{column}'; it has: {string.Join(", ", ColumnNames)}.",
            nameof(column));

    private static ArgumentException Unfit(string column, ColumnType type, string asked) =>
        new($"The column '{column}' is {type}; it cannot be read as {asked}.");
}
