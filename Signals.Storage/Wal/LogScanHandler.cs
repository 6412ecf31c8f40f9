namespace Signals.Storage.Wal;

/// <summary>Receives one frame: where it begins, its header, its payload. The span is valid during the call.</summary>
internal delegate void LogScanHandler(long offset, in LogFrame frame, ReadOnlySpan<byte> payload);
