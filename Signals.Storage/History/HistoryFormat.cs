namespace Signals.Storage.History;

/// <summary>
/// Every constant of the list of kept versions, shared by writer and reader; described in <c>docs/formats/versions.md</c>. All
/// integers are little-endian.
/// </summary>
internal static class HistoryFormat
{
    /// <summary>
    /// Set in the log number of the file, so that a log or a manifest that is renamed to a list fails at its first frame, and the
    /// reverse.
    /// </summary>
    public const ulong LogNumberFlag = 1UL << 62;

    /// <summary>2020-01-01, UTC. Version numbers begin at the seconds since then.</summary>
    public const long FirstNumberMs = 1_577_836_800_000;

    public const byte VersionKind = 1;
    public const byte SampleKind = 2;

    /// <summary>An entry without content. Its frame promises that the entry before it was synced.</summary>
    public const byte PromiseKind = 3;

    /// <summary>
    /// The version holds all its tables and erasures. Without the flag it holds the changes since the version before it.
    /// </summary>
    public const byte WholeFlag = 1;

    /// <summary>
    /// The version is the first one of an opening: records after its known position that were never synced are lost.
    /// </summary>
    public const byte OpeningFlag = 2;

    public const int KindOffset = 0;
    public const int FlagsOffset = 1;
    public const int NumberOffset = 8;
    public const int TimeOffset = 16;
    public const int PositionOffset = 24;
    public const int SampleBytes = 32;
    public const int ErasuresOffset = 32;
    public const int CleanOffset = 40;

    /// <summary>Bytes before the version edit of a version entry.</summary>
    public const int VersionHeaderBytes = 48;

    public const int PromiseBytes = 8;
}
