namespace Signals.Storage.Compaction;

/// <summary>What is still done with a run that a merge could not take.</summary>
internal enum RunAside
{
    /// <summary>Everything.</summary>
    None = 0,

    /// <summary>It is rewritten alone, to take out who was erased, and dropped whole: it holds more of one user than a merge with others can take.</summary>
    Alone = 1,

    /// <summary>It is dropped whole once all of it has expired: it cannot be read now, or not be written anew.</summary>
    Untouched = 2,
}
