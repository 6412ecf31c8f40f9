namespace Signals.Maintenance;

/// <summary>Something that <see cref="SignalStore.Salvage"/> could not copy. Immutable.</summary>
public sealed class SalvageLoss
{
    internal SalvageLoss(string file, long offset, long length, long rows, string message) =>
        (File, Offset, Length, Rows, Message) = (file, offset, length, rows, message);

    /// <summary>The path of the damaged or missing file.</summary>
    public string File { get; }

    /// <summary>Where the lost part begins, in bytes from the start of the file.</summary>
    public long Offset { get; }

    /// <summary>The length of the lost part in bytes; 0 when it is unknown.</summary>
    public long Length { get; }

    /// <summary>The rows lost with it; 0 when the number is unknown.</summary>
    public long Rows { get; }

    /// <summary>Why it is lost.</summary>
    public string Message { get; }

    /// <summary>File, place, size and message in one line.</summary>
    public override string ToString() => $"{File} at {Offset}, {Length} bytes, {Rows} rows: {Message}";
}
