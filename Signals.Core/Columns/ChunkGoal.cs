namespace Signals.Core.Columns;

/// <summary>What the chunk writer optimises for.</summary>
internal enum ChunkGoal
{
    /// <summary>A single pass over the values. For records that are written once and read once.</summary>
    Speed = 0,

    /// <summary>
    /// Also tries a dictionary, and offsets of any number of bits. For tables, which are written once and read often.
    /// </summary>
    Size = 1,

    /// <summary>
    /// Also tries a dictionary, but stores numbers in whole bytes. For tables that are mostly read from memory.
    /// </summary>
    WholeBytes = 2,
}
