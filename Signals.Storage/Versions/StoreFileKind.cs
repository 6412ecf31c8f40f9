namespace Signals.Storage.Versions;

/// <summary>What a file in a store's folder is, told from its name alone.</summary>
internal enum StoreFileKind
{
    /// <summary>Not a name that this library writes; never touched.</summary>
    Foreign,

    /// <summary>A write-ahead log, <c>000123.log</c>.</summary>
    Log,

    /// <summary>A table, <c>000124.tbl</c>.</summary>
    Table,

    /// <summary>A segment, <c>000125.seg</c>: a file that holds several tables.</summary>
    Segment,

    /// <summary>Newer cells of some columns of a table, <c>000126.col</c>.</summary>
    ColumnFile,

    /// <summary>A manifest, <c>MANIFEST-000001</c>.</summary>
    Manifest,

    /// <summary>The list of the versions that are kept, <c>VERSIONS-000001</c>.</summary>
    Versions,

    /// <summary>The pointer to the live manifest, <c>CURRENT</c>.</summary>
    Current,

    /// <summary>The lock that keeps a second process out, <c>LOCK</c>.</summary>
    Lock,

    /// <summary>A file that was being written before its rename, <c>*.tmp</c>; safe to delete at open.</summary>
    Temporary,
}
