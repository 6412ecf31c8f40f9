namespace Signals.Storage.Compaction;

/// <summary>Why tables are compacted, in the order of precedence.</summary>
internal enum CompactionReason
{
    /// <summary>Every row is older than the type's max age: the tables are dropped without being read.</summary>
    Expired,

    /// <summary>A window, or a range of windows, holds so many runs that reads and writers suffer.</summary>
    Overloaded,

    /// <summary>Enough runs of similar size came together.</summary>
    Tier,

    /// <summary>
    /// Enough runs that hold little lie near one another in time. They become tables of longer ranges of windows.
    /// </summary>
    Small,

    /// <summary>
    /// Patches wait to be folded into the runs of their window. Folds come after merges of the same window, so that fewer runs
    /// get a column file. They come before those merges when so many patch runs have gathered that reads suffer.
    /// </summary>
    Fold,

    /// <summary>More than half of the time that a table of several windows spans has expired.</summary>
    Aged,

    /// <summary>The caller asked that no two runs overlap in a window.</summary>
    Full,

    /// <summary>
    /// The tables hold rows of erased users. This reason comes late: reads hide those rows already, and most tables join another
    /// merge that removes them anyway.
    /// </summary>
    Erasure,

    /// <summary>The table holds rows that no read can reach, because newer tables hold the user's last N.</summary>
    Surplus,

    /// <summary>The table holds cells of columns whose drop is final. Nothing reads them, so this reason comes last.</summary>
    Dropped,
}
