namespace Signals.Storage.Heads;

/// <summary>Which columns the heads of one event type have, and where they lie in a <see cref="Head"/>.</summary>
/// <remarks>
/// Thread contract: immutable. In a head with room for c rows, c a multiple of 8, the times follow the header, then the ids, the values of
/// each column, and a state byte for each row and column. So every array begins at a multiple of 8 bytes.
/// </remarks>
internal sealed class HeadLayout
{
    /// <summary>
    /// Wider columns are read from memtables and tables. Vectors would fill the heads with few users, and take the room from the blocks
    /// that hold the same bytes for many.
    /// </summary>
    public const int MostWidth = 32;

    /// <summary>The most rows that a head is made for.</summary>
    public const int MostRows = 512;

    private const int CapacityUnit = 8;
    private const int KeyBytes = 16;

    private readonly int[] _valuePrefix;
    private readonly int[] _widths;
    private readonly int _statePrefix;

    /// <param name="type">The event type.</param>
    /// <param name="columns">Ids of the columns, each of fixed width.</param>
    /// <param name="number">Tells this layout from other layouts of the type.</param>
    public HeadLayout(EventTypeSchema type, int[] columns, int number)
    {
        Type = type;
        Columns = columns;
        Number = number;
        _valuePrefix = new int[columns.Length];
        _widths = new int[columns.Length];
        int prefix = KeyBytes;
        for (int i = 0; i < columns.Length; i++)
        {
            _valuePrefix[i] = prefix;
            _widths[i] = type.Columns[columns[i]].Type.Width;
            prefix += _widths[i];
        }

        _statePrefix = prefix;
        RowBytes = prefix + columns.Length;
    }

    public EventTypeSchema Type { get; }

    /// <summary>Index in the event type of each column.</summary>
    public int[] Columns { get; }

    /// <summary>Tells this layout from other layouts of the type.</summary>
    public int Number { get; }

    public int RowBytes { get; }

    public static int TimesOffset => Head.Bytes;

    /// <summary>
    /// The room of a head: so many rows and a quarter more, so that rows need not be moved for each one that comes.
    /// </summary>
    public static int CapacityFor(int rows) => (rows + (rows / 4) + CapacityUnit) & -CapacityUnit;

    /// <summary>How many rows stay when a full head makes room; at least as many as <see cref="CapacityFor"/> was asked for.</summary>
    public static int KeptOf(int capacity) => capacity * 4 / 5;

    /// <summary>Whether heads can hold a column.</summary>
    public static bool Takes(ColumnType column) => !column.IsVariable && column.Width <= MostWidth;

    public static int IdsOffset(int capacity) => Head.Bytes + (8 * capacity);

    public int Width(int column) => _widths[column];

    public int ValuesOffset(int column, int capacity) => Head.Bytes + (_valuePrefix[column] * capacity);

    public int StatesOffset(int column, int capacity) => Head.Bytes + ((_statePrefix + column) * capacity);

    /// <summary>Bytes of a head: whole cache lines.</summary>
    public int BytesOf(int capacity) => (Head.Bytes + (RowBytes * capacity) + 63) & -64;

    /// <summary>Where a column of the event type lies in the layout, or -1.</summary>
    public int IndexOf(int column) => Array.IndexOf(Columns, column);
}
