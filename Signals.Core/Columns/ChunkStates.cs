namespace Signals.Core.Columns;

/// <summary>
/// How the states of a chunk are stored. The numbers are persisted. The first three equal the matching <see cref="ColumnState"/>.
/// </summary>
internal enum ChunkStates : byte
{
    /// <summary>Every row is absent.</summary>
    AllAbsent = 0,

    /// <summary>Every row is null.</summary>
    AllNull = 1,

    /// <summary>Every row has a value.</summary>
    AllValues = 2,

    /// <summary>Two bits per row at the end of the chunk.</summary>
    PerRow = 3,
}
