using Signals.Core.Model;

namespace Signals.Storage.Wal;

/// <summary>What a replay of one log found. Immutable.</summary>
/// <param name="LogNumber">The number of the log.</param>
/// <param name="EndOffset">The end of the last good entry, where the next entry would start.</param>
/// <param name="Entries">The number of payloads that were handed out.</param>
/// <param name="NextSequence">
/// The sequence of the next entry, in this log or the following one; 0 when the log is empty and any first sequence was allowed.
/// </param>
/// <param name="LastPosition">The stream position after the last payload; the start when there was none.</param>
/// <param name="Torn">Whether other bytes follow the end that no entry promised to be durable. Only a repair drops them.</param>
/// <param name="Sealed">Whether the log ends with its seal, so that a later log may hold entries.</param>
internal readonly record struct LogReplay(
    ulong LogNumber, long EndOffset, int Entries, ulong NextSequence, StreamPosition LastPosition, bool Torn, bool Sealed);
