using Signals.Enrichment;

namespace Signals.Parquet;

/// <summary>Which Parquet files become an entity table, and how. Checked when the import begins.</summary>
public sealed class ParquetEntityOptions
{
    /// <summary>A file, or a folder whose files that end with <c>.parquet</c> are read, in the order of their paths.</summary>
    public required string Path { get; init; }

    /// <summary>
    /// The column of the key, by its path in the file. Null: <c>key_id</c> where it has 16 bytes, otherwise <c>key</c>.
    /// </summary>
    public string? KeyColumn { get; init; }

    /// <summary>How the column names entities; keys are made like users.</summary>
    public ParquetUserKind KeyKind { get; init; }

    /// <summary>
    /// For columns of the table the path in the file, such as <c>price</c> -> <c>item.price</c>. Columns that are not named here are
    /// looked for by their own name, and left out where the file has none.
    /// </summary>
    public IReadOnlyDictionary<string, string> Columns { get; init; } = new Dictionary<string, string>();

    /// <summary>What a null cell of a file is that Signals did not write: absent (default) or null.</summary>
    public ColumnState NullCells { get; init; } = ColumnState.Absent;

    /// <summary>How many rows may be refused before the import ends with an error. Default 0.</summary>
    public long MostRejects { get; init; }

    /// <summary>Version, memory and blocks of the table.</summary>
    public EntityWriterOptions Table { get; init; } = new();

    /// <summary>Receives the progress now and then; null for nobody.</summary>
    public IProgress<ParquetProgress>? Progress { get; init; }

    internal void Validate(EntitySchema schema)
    {
        ArgumentException.ThrowIfNullOrEmpty(Path);
        ArgumentOutOfRangeException.ThrowIfNegative(MostRejects);
        if (!Enum.IsDefined(KeyKind) || NullCells is not (ColumnState.Absent or ColumnState.Null))
        {
            throw new ArgumentException($"{nameof(KeyKind)} {KeyKind} or {nameof(NullCells)} {NullCells} is no value that fits.");
        }

        if (Columns.Keys.FirstOrDefault(name => schema.Columns.All(column => column.Name != name)) is { } unknown)
        {
            throw new ArgumentException($"{nameof(Columns)} names '{unknown}', which the table '{schema.Name}' lacks.");
        }
    }
}
