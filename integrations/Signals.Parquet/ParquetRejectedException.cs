namespace Signals.Parquet;

/// <summary>More rows of an import were refused than its options allow. Nothing was imported. Immutable.</summary>
public sealed class ParquetRejectedException : SignalsException
{
    internal ParquetRejectedException(ParquetReject last, long most)
        : base($"{last} This is refused row {most + 1}, and the import allows {most} "
            + $"({nameof(ParquetImportOptions)}.{nameof(ParquetImportOptions.MostRejects)}). Nothing was imported.") => Reject = last;

    /// <summary>The row that was one too many.</summary>
    public ParquetReject Reject { get; }
}
