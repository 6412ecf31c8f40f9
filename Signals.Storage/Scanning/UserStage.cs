namespace Signals.Storage.Scanning;

/// <summary>How the rows of the current user of a scan are read.</summary>
internal enum UserStage
{
    /// <summary>There is no user, or all of the rows were added.</summary>
    None,

    /// <summary>As they lie.</summary>
    Plain,

    /// <summary>Merged; whether at once or in pages is not decided.</summary>
    Merged,

    /// <summary>Merged, in pages.</summary>
    Paged,
}
