namespace Signals.Core.Columns;

/// <summary>
/// The decision how to write a range of rows, with the exact length of the result. Valid until its column changes or is planned
/// again.
/// </summary>
/// <param name="Length">The chunk's length in bytes; 0 when every row is absent.</param>
/// <param name="Start">The first row.</param>
/// <param name="Count">The number of rows.</param>
/// <param name="Encoding">How values are stored.</param>
/// <param name="States">How states are stored.</param>
/// <param name="UnitWidth">
/// The bytes of an offset or code, or the bits of a packed offset. 0 where the encoding has neither.
/// </param>
/// <param name="Base">The base of a frame of reference, or of packed offsets.</param>
internal readonly record struct ChunkDecision(
    int Length, int Start, int Count, ChunkEncoding Encoding, ChunkStates States, byte UnitWidth, ulong Base);
