namespace Signals.Storage.Versions;

/// <summary>The kinds of files in the folder of a store, recognized by name alone.</summary>
internal enum StoreFileKind
{
    /// <summary>A name that this library does not write. Such a file is never touched.</summary>
    Foreign,

    /// <summary>A write-ahead log, <c>000123.log</c>.</summary>
    Log,

    /// <summary>A table, <c>000124.tbl</c>.</summary>
    Table,

    /// <summary>A segment, <c>000125.seg</c>: a file that holds several tables.</summary>
    Segment,

    /// <summary>A column file, <c>000126.col</c>: newer cells of some columns of a table.</summary>
    ColumnFile,

    /// <summary>A manifest, <c>MANIFEST-000001</c>.</summary>
    Manifest,

    /// <summary>The list of kept versions, <c>VERSIONS-000001</c>.</summary>
    Versions,

    /// <summary>The pointer to the live manifest, <c>CURRENT</c>.</summary>
    Current,

    /// <summary>The file of stored definitions, <c>DEFINITIONS</c>. Each change replaces it.</summary>
    Definitions,

    /// <summary>The lock file that excludes other processes, <c>LOCK</c>.</summary>
    Lock,

    /// <summary>A file that is written before it is renamed, <c>*.tmp</c>. It can be deleted when the store is opened.</summary>
    Temporary,
}
