using System.Runtime.InteropServices;
using Signals.Core.Columns;
using Signals.Core.Serving.Rows;

namespace Signals.Serving;

/// <summary>
/// The events that a read works on, as columns: fetched ones, and ones that are computed at serving. Row i of every span is the
/// same event. The rows of user u are those from <c>Offsets[u]</c> up to but excluding <c>Offsets[u + 1]</c>, newest first.
/// </summary>
/// <remarks>
/// Thread contract: one thread at a time. Lifetime: valid while a stage runs; a stage must not keep it or any span of it.
/// Invariant: the values of rows that are absent or null are zero.
/// </remarks>
public sealed class RowSet
{
    private readonly RowLayout _layout;
    private readonly DerivedColumn?[] _derived;
    private readonly bool[] _isFilled;
    private IFetchedRows? _fetched;

    internal RowSet(RowLayout layout)
    {
        _layout = layout;
        _derived = new DerivedColumn?[layout.Types.Length];
        _isFilled = new bool[layout.Types.Length];
        for (int i = 0; i < _derived.Length; i++)
        {
            _derived[i] = layout.IsComputed(i) ? new DerivedColumn(layout.Types[i]) : null;
        }
    }

    /// <summary>The number of rows, over all users.</summary>
    public int Count { get; private set; }

    /// <summary>The number of users.</summary>
    public int UserCount => Source.Offsets.Length - 1;

    /// <summary>The time of the read, in milliseconds since the Unix epoch, UTC.</summary>
    public long NowMs { get; private set; }

    /// <summary>Where each user's rows begin, followed by the end of all rows; <see cref="UserCount"/> + 1 of them.</summary>
    public ReadOnlySpan<int> Offsets => Source.Offsets;

    /// <summary>The event times, in milliseconds since the Unix epoch, UTC; <see cref="Count"/> of them.</summary>
    public ReadOnlySpan<long> Times => Source.Times;

    /// <summary>The event ids; <see cref="Count"/> of them.</summary>
    public ReadOnlySpan<ulong> Ids => Source.Ids;

    /// <summary>The schema's ids of the events' types; <see cref="Count"/> of them.</summary>
    public ReadOnlySpan<ushort> EventTypes => Source.EventTypes;

    /// <summary>The names of the columns. The position of a column in this list is its ordinal.</summary>
    public IReadOnlyList<string> ColumnNames => _layout.Names;

    /// <summary>The rows that are still candidates for the sequence.</summary>
    public RowMask Mask { get; } = new();

    internal RowLayout Layout => _layout;

    private IFetchedRows Source => _fetched ?? throw new InvalidOperationException("The rows belong to a read that has ended.");

    /// <summary>The user whose rows begin at <c>Offsets[index]</c>.</summary>
    public UserId User(int index) => Source.Users[index];

    /// <summary>The ordinal of a column.</summary>
    /// <exception cref="ArgumentException">There is no such column. The message lists the columns that exist.</exception>
    public int OrdinalOf(string column) => _layout.OrdinalOf(column);

    /// <summary>
    /// The values of a scalar column, <see cref="Count"/> of them. They are 0 where the state is absent or null.
    /// </summary>
    /// <exception cref="ArgumentException">The values are not of type <typeparamref name="T"/>.</exception>
    public ReadOnlySpan<T> Field<T>(int ordinal)
        where T : unmanaged
    {
        Require(_layout.Types[ordinal].Accepts<T>(), ordinal, typeof(T).Name);
        return MemoryMarshal.Cast<byte, T>(Column(ordinal).FixedRows);
    }

    /// <summary>
    /// The components of a vector column: <see cref="Count"/> x dimensions, row after row. They are zero where the state is
    /// absent or null.
    /// </summary>
    /// <exception cref="ArgumentException">The components are not of type <typeparamref name="T"/>.</exception>
    public ReadOnlySpan<T> Vector<T>(int ordinal)
        where T : unmanaged
    {
        Require(_layout.Types[ordinal].AcceptsVector<T>(), ordinal, typeof(T).Name);
        return MemoryMarshal.Cast<byte, T>(Column(ordinal).FixedRows);
    }

    /// <summary>The bytes of a text (UTF-8) or bytes column in one row. Empty where the state is absent or null.</summary>
    /// <exception cref="ArgumentException">The column is of fixed width.</exception>
    public ReadOnlySpan<byte> Bytes(int ordinal, int row)
    {
        Require(_layout.Types[ordinal].IsVariable, ordinal, "text or bytes");
        return Column(ordinal).GetValue(row);
    }

    /// <summary>Whether each row is absent, null or a value; <see cref="Count"/> of them.</summary>
    public ReadOnlySpan<ColumnState> States(int ordinal) => MemoryMarshal.Cast<byte, ColumnState>(Column(ordinal).RowStates);

    /// <summary>Sets one row of a column that is computed at serving.</summary>
    /// <param name="ordinal">The ordinal of the column.</param>
    /// <param name="row">The row.</param>
    /// <param name="value">The value of a scalar, all components of a vector, or the bytes of a text or byte string.</param>
    /// <exception cref="ArgumentException">The column is not computed at serving, or it has another type.</exception>
    public void Set<T>(int ordinal, int row, ReadOnlySpan<T> value)
        where T : unmanaged
    {
        ColumnType type = _layout.Types[ordinal];
        bool fits = type.IsVariable
            ? typeof(T) == typeof(byte)
            : (type.Accepts<T>() || type.AcceptsVector<T>()) && value.Length == type.Dimensions;
        Require(fits && _layout.IsComputed(ordinal), ordinal, $"computed {typeof(T).Name} x {value.Length}");
        Derived(ordinal).Set(row, MemoryMarshal.AsBytes(value));
    }

    internal IColumnRows Column(int ordinal) =>
        ordinal < _layout.Fetched && !_isFilled[ordinal] ? Source.Column(ordinal) : _derived[ordinal]!;

    /// <summary>
    /// A computed column, for writing rows. A fetched column is copied first, so that it also holds what is stored.
    /// </summary>
    internal DerivedColumn Derived(int ordinal)
    {
        DerivedColumn column = _derived[ordinal]!;
        if (ordinal < _layout.Fetched && !_isFilled[ordinal])
        {
            column.Reset(Count, _layout.ChoosesFirst);
            column.Copy(Source.Column(ordinal));
            _isFilled[ordinal] = true;
        }

        return column;
    }

    /// <summary>Begins with fetched rows. All of them are candidates, and computed columns are absent.</summary>
    internal void Begin(IFetchedRows fetched, long nowMs)
    {
        _fetched = fetched;
        NowMs = nowMs;
        Count = fetched.Times.Length;
        Mask.Reset(Count, value: true);
        Array.Clear(_isFilled);
        for (int ordinal = _layout.Fetched; ordinal < _derived.Length; ordinal++)
        {
            _derived[ordinal]!.Reset(Count, _layout.ChoosesFirst);
        }
    }

    /// <summary>Zeroes the bytes of computed columns in those of the rows in which nothing was computed.</summary>
    internal void ZeroGaps(ReadOnlySpan<int> rows)
    {
        for (int ordinal = 0; ordinal < _derived.Length; ordinal++)
        {
            if (_layout.IsComputed(ordinal) && (ordinal >= _layout.Fetched || _isFilled[ordinal]))
            {
                _derived[ordinal]!.ZeroGaps(rows);
            }
        }
    }

    /// <summary>
    /// Drops the source. A stage that kept the rows then gets an exception instead of the rows of another read.
    /// </summary>
    internal void End()
    {
        _fetched = null;
        Count = 0;
    }

    private void Require(bool fits, int ordinal, string asked)
    {
        if (!fits)
        {
            throw new ArgumentException(
                $"The column '{_layout.Names[ordinal]}' is {_layout.Types[ordinal]}; it cannot be used as {asked}.");
        }
    }
}
