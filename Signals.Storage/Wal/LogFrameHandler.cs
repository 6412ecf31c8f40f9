namespace Signals.Storage.Wal;

/// <summary>Receives one frame of a replayed log, in order.</summary>
/// <param name="payload">The payload, valid during the call.</param>
/// <param name="position">The writer's stream position after the payload.</param>
internal delegate void LogFrameHandler(ReadOnlySpan<byte> payload, long position);
