using Signals.Storage.Tables;

namespace Signals.Storage.Compaction;

/// <summary>What the picker knows of one table. Immutable.</summary>
/// <param name="Number">File number.</param>
/// <param name="EventType">Id of the event type.</param>
/// <param name="WindowStart">Window of the table; windows never mix.</param>
/// <param name="MinTime">Oldest event time, ms.</param>
/// <param name="MaxTime">Newest event time, ms.</param>
/// <param name="Bytes">Length of the file.</param>
/// <param name="ErasedUsers">Users with rows here that an erasure covers.</param>
/// <param name="IsBusy">Whether a running job reads the table; it is then left alone.</param>
internal readonly record struct CompactionRun(
    ulong Number, ushort EventType, long WindowStart, long MinTime, long MaxTime, long Bytes, int ErasedUsers, bool IsBusy)
{
    /// <summary>The run that <paramref name="table"/> is.</summary>
    public static CompactionRun Of(TableMeta table, int erasedUsers, bool isBusy) => new(
        table.Number, table.EventType, table.WindowStart, table.MinTime, table.MaxTime, table.FileLength, erasedUsers, isBusy);
}
