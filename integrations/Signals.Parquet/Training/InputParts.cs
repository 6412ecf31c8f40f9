namespace Signals.Parquet.Training;

/// <summary>Columns of a file of labels, moments or requests.</summary>
[Flags]
internal enum InputParts
{
    /// <summary>No column.</summary>
    None = 0,

    /// <summary>The request id.</summary>
    Request = 1,

    /// <summary>The label.</summary>
    Label = 2,

    /// <summary>The time of the label or the moment.</summary>
    Time = 4,

    /// <summary>The user.</summary>
    User = 8,

    /// <summary>The receipt.</summary>
    Receipt = 16,
}
