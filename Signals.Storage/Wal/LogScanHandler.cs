namespace Signals.Storage.Wal;

/// <summary>Receives one entry: its offset, its header and its payload. The span is valid during the call.</summary>
internal delegate void LogScanHandler(long offset, in LogEntry entry, ReadOnlySpan<byte> payload);
