namespace Signals.Storage.Maintenance;

/// <summary>Something that <see cref="SignalStore.Salvage"/> could not bring over. Immutable.</summary>
public sealed class SalvageLoss
{
    internal SalvageLoss(string file, long offset, long length, long rows, string message) =>
        (File, Offset, Length, Rows, Message) = (file, offset, length, rows, message);

    /// <summary>The path of the damaged or missing file.</summary>
    public string File { get; }

    /// <summary>Where the lost part begins, in bytes from the start of the file.</summary>
    public long Offset { get; }

    /// <summary>Its bytes; 0 when that cannot be told.</summary>
    public long Length { get; }

    /// <summary>The rows lost with it; 0 when that cannot be told.</summary>
    public long Rows { get; }

    /// <summary>Why it is lost.</summary>
    public string Message { get; }

    /// <summary>All of it in one line.</summary>
    public override string ToString() => $"{File} at {Offset}, {Length} bytes, {Rows} rows: {Message}";
}
