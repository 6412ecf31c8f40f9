namespace Signals.Maintenance;

/// <summary>What a read-only store holds, as of its last refresh. Sizes are in bytes. Immutable.</summary>
public sealed class ReadOnlyStats
{
    /// <summary>Tables, those of corrections included.</summary>
    public required int Tables { get; init; }

    /// <summary>Bytes of the tables and of the files with newer columns.</summary>
    public required long TableBytes { get; init; }

    /// <summary>Rows of events in tables. Copies of an event in several tables count each.</summary>
    public required long TableRows { get; init; }

    /// <summary>Rows of corrections and enrichments that are not merged into the tables of their events yet.</summary>
    public required long PatchRows { get; init; }

    /// <summary>Rows that came from the log. Some of them may be in tables by now.</summary>
    public required long LogRows { get; init; }

    /// <summary>Users who were erased.</summary>
    public required int ErasedUsers { get; init; }
}
