namespace Signals.Core.Columns;

/// <summary>
/// The decision how to write a range of rows, and the exact length that it will take. Valid until the column it was made
/// from changes or is planned again.
/// </summary>
/// <param name="Length">Bytes of the chunk; 0 when every row is absent.</param>
/// <param name="Start">First row.</param>
/// <param name="Count">Rows.</param>
/// <param name="Encoding">How values are stored.</param>
/// <param name="States">How states are stored.</param>
/// <param name="UnitWidth">Bytes of an offset or a code, bits of a packed offset, where the encoding has them.</param>
/// <param name="Base">The base of a frame of reference, or of packed offsets.</param>
internal readonly record struct ChunkPlan(
    int Length, int Start, int Count, ChunkEncoding Encoding, ChunkStates States, byte UnitWidth, ulong Base);
