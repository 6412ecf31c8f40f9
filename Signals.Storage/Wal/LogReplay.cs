namespace Signals.Storage.Wal;

/// <summary>What a replay of one log found. Immutable.</summary>
/// <param name="LogNumber">The log.</param>
/// <param name="EndOffset">The end of the last good frame, where the next would start.</param>
/// <param name="Frames">The number of payloads handed out.</param>
/// <param name="NextSequence">
/// The sequence of the frame that comes next, in this log or the following one; 0 when the log is empty and any first sequence was
/// allowed.
/// </param>
/// <param name="LastPosition">The stream position after the last payload; 0 without one.</param>
/// <param name="Torn">Whether bytes that nothing promised follow the end; only a repair drops them.</param>
/// <param name="Sealed">Whether the log ends with its seal, so that a later log may hold frames.</param>
internal readonly record struct LogReplay(
    ulong LogNumber, long EndOffset, int Frames, ulong NextSequence, long LastPosition, bool Torn, bool Sealed);
