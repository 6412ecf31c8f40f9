namespace Signals.Storage.Compaction;

/// <summary>What compaction still does with a run that a merge could not take.</summary>
internal enum RunRestriction
{
    /// <summary>Everything: the run is not set aside.</summary>
    None = 0,

    /// <summary>
    /// The run holds more of one user than work with others can take, or may be a run that failed with others. A table is rewritten
    /// alone, to remove erased users, and is dropped whole when it has expired. Patches are folded alone.
    /// </summary>
    Alone = 1,

    /// <summary>The run cannot be read now, or cannot be rewritten. It is dropped whole once all of it has expired.</summary>
    Untouched = 2,
}
