using Signals.Core.Model;

namespace Signals.Storage.Wal;

/// <summary>Receives one entry of a replayed log, in order.</summary>
/// <param name="payload">The payload, valid during the call.</param>
/// <param name="position">The writer's stream position after the payload.</param>
internal delegate void LogEntryHandler(ReadOnlySpan<byte> payload, StreamPosition position);
