using Signals.Storage.Primitives;
using Signals.Storage.Tables;

namespace Signals.Storage.Compaction;

/// <summary>What the picker knows of one table. Immutable.</summary>
internal readonly record struct RunSummary
{
    /// <summary>File number.</summary>
    public ulong Number { get; init; }

    /// <summary>Id of the event type.</summary>
    public ushort EventType { get; init; }

    /// <summary>Length of the event type's time windows.</summary>
    public TimeSpan Window { get; init; }

    /// <summary>Oldest event time, ms.</summary>
    public long MinTime { get; init; }

    /// <summary>Newest event time, ms.</summary>
    public long MaxTime { get; init; }

    /// <summary>Length of the table and its column files.</summary>
    public long Bytes { get; init; }

    /// <summary>How many users have rows here that an erasure covers.</summary>
    public int ErasedUsers { get; init; }

    /// <summary>
    /// Share of the rows, 0 to 1, that last-N puts out of reach. It may be an estimate, but is above 0 only when there are such
    /// rows.
    /// </summary>
    public double SurplusShare { get; init; }

    /// <summary>Whether it holds cells of columns whose drop is final.</summary>
    public bool HoldsDropped { get; init; }

    /// <summary>Whether the rows are events or patches.</summary>
    public RunKind Kind { get; init; }

    /// <summary>Column files beside the table.</summary>
    public int ColumnFiles { get; init; }

    /// <summary>
    /// Whether there is one column file and it hides no cell of the table, so that merging it into the table would free nothing.
    /// </summary>
    public bool ColumnFileOnlyAdds { get; init; }

    /// <summary>For patches: whether folding them now can change anything.</summary>
    public bool IsDue { get; init; }

    /// <summary>Whether it lies in a segment's file, which stays as long as any part of it does.</summary>
    public bool IsInSegment { get; init; }

    /// <summary>
    /// Whether a full compaction put its rows where they belong. Such a run is not merged with its neighbours before that
    /// compaction is done.
    /// </summary>
    public bool IsPlaced { get; init; }

    /// <summary>
    /// Whether a full compaction is done with it: no other run overlaps it in a window and in its range of users.
    /// </summary>
    public bool IsSettled { get; init; }

    /// <summary>What compaction still does with a run that is set aside.</summary>
    public RunRestriction Aside { get; init; }

    /// <summary>Whether it holds so much that merging it would not make the tables fewer; see <see cref="TableLimits"/>.</summary>
    public bool IsFull { get; init; }

    /// <summary>The first and the last user where full tables make them matter; null when nobody looked.</summary>
    public (UserId First, UserId Last)? Users { get; init; }

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
    public static RunSummary Describe(TableMeta table, TimeSpan window, int erasedUsers) => new()
    {
        Number = table.Number,
        EventType = table.EventType,
        Window = window,
        MinTime = table.MinTime,
        MaxTime = table.MaxTime,
        Bytes = table.TotalLength,
        ErasedUsers = erasedUsers,
        Kind = table.Kind,
        ColumnFiles = table.ColumnFiles.Count,
        IsInSegment = table.SegmentFile != 0,
    };
}
