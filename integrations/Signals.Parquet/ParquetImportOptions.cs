using Signals.Offline;

namespace Signals.Parquet;

/// <summary>
/// Which Parquet files become events of a type, corrections, retractions or an enrichment, and how. Checked when it begins.
/// </summary>
public sealed class ParquetImportOptions
{
    /// <summary>
    /// A file, or a folder whose files that end with <c>.parquet</c> are read, also those in folders below it. Parts of the path such
    /// as <c>country=NL/</c> are columns. Names that begin with a dot or an underscore are left out. Of a folder with
    /// <c>type=NAME</c> folders only that of the event type is read.
    /// </summary>
    public required string Path { get; init; }

    /// <summary>The event type.</summary>
    public required string EventType { get; init; }

    /// <summary>Generation, source, rank, corrected days and memory of the segments. The workers share the memory.</summary>
    public required SegmentOptions Segment { get; init; }

    /// <summary>What the rows say. Default: whole events.</summary>
    public ParquetRowMeaning Rows { get; init; }

    /// <summary>
    /// The column of the user, by its path in the file. Null: <c>user_id</c> where it has 16 bytes, otherwise <c>user</c>, otherwise
    /// <c>user_id</c>.
    /// </summary>
    public string? UserColumn { get; init; }

    /// <summary>How the column names users.</summary>
    public ParquetUserKind UserKind { get; init; }

    /// <summary>The column of the event time. Timestamps of any unit, INT96, dates, and whole numbers whose unit is told.</summary>
    public string TimeColumn { get; init; } = "time";

    /// <summary>The unit of the time column, where the file does not say it.</summary>
    public ParquetTimeUnit TimeUnit { get; init; }

    /// <summary>
    /// The column of the event id: whole numbers as they are; text, bytes and UUIDs by the XxHash64 of their bytes. Null: the id of every
    /// event is 0, so that two events of one user and millisecond are one event.
    /// </summary>
    public string? IdColumn { get; init; } = "id";

    /// <summary>
    /// For columns of the event type the path in the file, such as <c>price</c> -> <c>item.price</c>. Columns that are not named here
    /// are looked for by their own name, and left out where the file has none.
    /// </summary>
    public IReadOnlyDictionary<string, string> Columns { get; init; } = new Dictionary<string, string>();

    /// <summary>
    /// What a null cell of a file is that Signals did not write: absent (default), which changes nothing, or null, which overwrites.
    /// </summary>
    public ColumnState NullCells { get; init; } = ColumnState.Absent;

    /// <summary>
    /// How many rows may be refused, because their user, time or id is missing or a value does not fit its column, before the import ends
    /// with an error. Default 0: the first one ends it.
    /// </summary>
    public long MostRejects { get; init; }

    /// <summary>How many workers read and write segments beside each other. Default: the number of processors.</summary>
    public int Parallelism { get; init; } = Environment.ProcessorCount;

    /// <summary>
    /// The folder in which segments are made before a store takes them; it must be on the store's file system for them to be moved in.
    /// Null: a folder beside the store's. A folder of its own is made in it, and removed.
    /// </summary>
    public string? WorkFolder { get; init; }

    /// <summary>Receives the progress now and then, from the threads of the workers; null for nobody.</summary>
    public IProgress<ParquetProgress>? Progress { get; init; }

    internal void Validate(EventTypeSchema type)
    {
        ArgumentException.ThrowIfNullOrEmpty(Path);
        ArgumentOutOfRangeException.ThrowIfLessThan(Parallelism, 1);
        ArgumentOutOfRangeException.ThrowIfNegative(MostRejects);
        ArgumentException.ThrowIfNullOrEmpty(TimeColumn);
        Require(Enum.IsDefined(Rows), nameof(Rows), Rows);
        Require(Enum.IsDefined(UserKind), nameof(UserKind), UserKind);
        Require(Enum.IsDefined(TimeUnit), nameof(TimeUnit), TimeUnit);
        Require(NullCells is ColumnState.Absent or ColumnState.Null, nameof(NullCells), NullCells);
        Dictionary<int, string> named = [];
        foreach (string column in Columns.Keys)
        {
            int index = type.IndexOf(column);
            if (index < 0)
            {
                throw new ArgumentException(
                    $"{nameof(Columns)} names '{column}', which '{type.Name}' {(type.WasDropped(column) ? "dropped" : "lacks")}; it has: "
                    + $"{string.Join(", ", type.Columns.Where(c => !c.IsDropped).Select(c => c.Name))}.");
            }

            if (!named.TryAdd(index, column))
            {
                throw new ArgumentException(
                    $"{nameof(Columns)} names '{named[index]}' and '{column}', which are one column of '{type.Name}'; leave out one.");
            }
        }
    }

    private static void Require(bool holds, string name, object value)
    {
        if (!holds)
        {
            throw new ArgumentOutOfRangeException(name, value, $"{name} has no value {value}.");
        }
    }
}
