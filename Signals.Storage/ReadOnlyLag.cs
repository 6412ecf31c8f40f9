namespace Signals;

/// <summary>
/// How far a read-only store is behind the process that writes the store; see <see cref="ReadOnlyStore.MeasureLag"/>. Immutable.
/// </summary>
public sealed class ReadOnlyLag
{
    /// <summary>Stream position after the last record that it shows, in bytes.</summary>
    public required long Position { get; init; }

    /// <summary>Stream position after the last record that the writer has written, in bytes.</summary>
    public required long WrittenPosition { get; init; }

    /// <summary>Bytes of records that it does not show yet.</summary>
    public long BytesBehind => Math.Max(0, WrittenPosition - Position);

    /// <summary>When the last refresh ended.</summary>
    public required DateTimeOffset RefreshedAt { get; init; }

    /// <summary>How long ago that was.</summary>
    public required TimeSpan Age { get; init; }

    /// <summary>
    /// Whether the writer logs its appends. Without a log (<see cref="Durability.InMemory"/>) they are seen once they are flushed, and
    /// <see cref="WrittenPosition"/> knows nothing of them before.
    /// </summary>
    public required bool HasLog { get; init; }

    /// <summary>
    /// The process that has the store open, as it wrote itself into the lock file; null when none has, or when the system does not tell
    /// (see <see cref="SignalStore.FindWriter"/>).
    /// </summary>
    public required string? Writer { get; init; }
}
