namespace Signals.Parquet;

/// <summary>Which columns of Parquet files are the requests, labels and moments of a training set. Immutable.</summary>
public sealed record ParquetTrainingInputOptions
{
    /// <summary>The column of the request id: text, whole numbers, or UUIDs, which become text. Of moments it may be missing.</summary>
    public string RequestColumn { get; init; } = "request_id";

    /// <summary>The column of the label: any number, or a Boolean, which becomes 0 or 1. Of moments it may be missing.</summary>
    public string LabelColumn { get; init; } = "label";

    /// <summary>
    /// The column of the time: of a label when it was known, which may be missing; of a moment when the sequence is wanted. Timestamps of
    /// any unit, INT96, dates and whole numbers.
    /// </summary>
    public string TimeColumn { get; init; } = "time";

    /// <summary>The unit of the time column, where the file does not say it. Milliseconds by default.</summary>
    public ParquetTimeUnit TimeUnit { get; init; } = ParquetTimeUnit.Milliseconds;

    /// <summary>The column of the user; null for the rule of <see cref="ParquetImportOptions.UserColumn"/>.</summary>
    public string? UserColumn { get; init; }

    /// <summary>How the column names users. Text of files that Signals did not write has to be told.</summary>
    public ParquetUserKind UserKind { get; init; }

    /// <summary>The column of the receipt: its 56 bytes, or text of them in base64 or hexadecimal.</summary>
    public string ReceiptColumn { get; init; } = "receipt";

    internal void Validate()
    {
        ArgumentException.ThrowIfNullOrEmpty(RequestColumn);
        ArgumentException.ThrowIfNullOrEmpty(LabelColumn);
        ArgumentException.ThrowIfNullOrEmpty(TimeColumn);
        ArgumentException.ThrowIfNullOrEmpty(ReceiptColumn);
        ArgumentOutOfRangeException.ThrowIfEqual(Enum.IsDefined(TimeUnit), false, nameof(TimeUnit));
        ArgumentOutOfRangeException.ThrowIfEqual(Enum.IsDefined(UserKind), false, nameof(UserKind));
    }
}
