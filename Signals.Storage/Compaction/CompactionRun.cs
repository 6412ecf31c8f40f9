using Signals.Storage.Tables;

namespace Signals.Storage.Compaction;

/// <summary>What the picker knows of one table. Immutable.</summary>
/// <param name="Number">File number.</param>
/// <param name="EventType">Id of the event type.</param>
/// <param name="WindowStart">Window of the table; windows never mix.</param>
/// <param name="MinTime">Oldest event time, ms.</param>
/// <param name="MaxTime">Newest event time, ms.</param>
/// <param name="Bytes">Length of the table and its column files.</param>
/// <param name="ErasedUsers">Users with rows here that an erasure covers.</param>
/// <param name="SurplusShare">Share of the rows, 0 to 1, that last-N puts out of reach; may be an estimate, but above 0 only when there are some.</param>
/// <param name="Kind">What the rows are.</param>
/// <param name="ColumnFiles">Column files beside the table.</param>
/// <param name="IsDue">Of patches: whether folding them now can change anything.</param>
/// <param name="IsInSegment">Whether it lies in a segment's file, which stays as long as any part of it does.</param>
internal readonly record struct CompactionRun(
    ulong Number,
    ushort EventType,
    long WindowStart,
    long MinTime,
    long MaxTime,
    long Bytes,
    int ErasedUsers,
    double SurplusShare = 0,
    RunKind Kind = RunKind.Events,
    int ColumnFiles = 0,
    bool IsDue = false,
    bool IsInSegment = false)
{
    /// <summary>The run that <paramref name="table"/> is.</summary>
    public static CompactionRun Of(TableMeta table, int erasedUsers) => new(
        table.Number, table.EventType, table.WindowStart, table.MinTime, table.MaxTime, table.TotalLength, erasedUsers,
        Kind: table.Kind, ColumnFiles: table.ColumnFiles.Count, IsInSegment: table.SegmentFile != 0);
}
