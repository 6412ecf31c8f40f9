namespace Signals.Core.Columns;

/// <summary>What the chunk writer strives for.</summary>
internal enum ChunkGoal
{
    /// <summary>A single pass over the values: for records that are written once and read once.</summary>
    Speed = 0,

    /// <summary>Also tries a dictionary, and offsets of any number of bits: for tables, which are written once and read often.</summary>
    Size = 1,

    /// <summary>Also tries a dictionary, but leaves numbers whole bytes: for tables that are read from memory above all.</summary>
    WholeBytes = 2,
}
