using Signals.Storage.Primitives;
using Signals.Storage.Tables;

namespace Signals.Storage.Compaction;

/// <summary>What the picker knows of one table. Immutable.</summary>
/// <param name="Number">File number.</param>
/// <param name="EventType">Id of the event type.</param>
/// <param name="Window">Length of the event type's time windows.</param>
/// <param name="MinTime">Oldest event time, ms.</param>
/// <param name="MaxTime">Newest event time, ms.</param>
/// <param name="Bytes">Length of the table and its column files.</param>
/// <param name="ErasedUsers">How many users have rows here that an erasure covers.</param>
/// <param name="SurplusShare">
/// Share of the rows, 0 to 1, that last-N puts out of reach. It may be an estimate, but is above 0 only when there are such rows.
/// </param>
/// <param name="Kind">Whether the rows are events or patches.</param>
/// <param name="ColumnFiles">Column files beside the table.</param>
/// <param name="IsDue">For patches: whether folding them now can change anything.</param>
/// <param name="IsInSegment">Whether it lies in a segment's file, which stays as long as any part of it does.</param>
/// <param name="IsPlaced">
/// Whether a full compaction put its rows where they belong. Such a run is not merged with its neighbours before that compaction
/// is done.
/// </param>
/// <param name="IsSettled">Whether a full compaction is done with it.</param>
/// <param name="Aside">What compaction still does with a run that is set aside.</param>
internal readonly record struct CompactionRun(
    ulong Number,
    ushort EventType,
    TimeSpan Window,
    long MinTime,
    long MaxTime,
    long Bytes,
    int ErasedUsers,
    double SurplusShare = 0,
    RunKind Kind = RunKind.Events,
    int ColumnFiles = 0,
    bool IsDue = false,
    bool IsInSegment = false,
    bool IsPlaced = false,
    bool IsSettled = false,
    RunAside Aside = RunAside.None)
{
    /// <summary>Number of the first window with rows; see <see cref="TimeWindow.IndexOf"/>.</summary>
    public ulong FirstWindow => TimeWindow.IndexOf(MinTime, Window);

    /// <summary>Number of the last window with rows.</summary>
    public ulong LastWindow => TimeWindow.IndexOf(MaxTime, Window);

    /// <summary>Start of the first window, ms.</summary>
    public long WindowStart => TimeWindow.StartOf(MinTime, Window);

    /// <summary>End of the last window, ms, exclusive.</summary>
    public long WindowEnd => TimeWindow.StartOf(MaxTime, Window) + (long)Window.TotalMilliseconds;

    /// <summary>
    /// How many times windows must be paired up until one range covers the whole run; 0 for a run of one window.
    /// </summary>
    public int Level => TimeWindow.LevelOf(FirstWindow, LastWindow);

    /// <summary>The range that holds the run, at a level that is at least the run's own.</summary>
    public ulong RangeAt(int level) => TimeWindow.RangeOf(FirstWindow, level);

    /// <summary>The run that <paramref name="table"/> forms.</summary>
    public static CompactionRun Of(TableMeta table, TimeSpan window, int erasedUsers) => new(
        table.Number, table.EventType, window, table.MinTime, table.MaxTime, table.TotalLength, erasedUsers,
        Kind: table.Kind, ColumnFiles: table.ColumnFiles.Count, IsInSegment: table.SegmentFile != 0);
}
