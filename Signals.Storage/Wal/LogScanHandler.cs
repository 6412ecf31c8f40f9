namespace Signals.Storage.Wal;

/// <summary>Receives one frame: its offset, its header and its payload. The span is valid during the call.</summary>
internal delegate void LogScanHandler(long offset, in LogFrame frame, ReadOnlySpan<byte> payload);
