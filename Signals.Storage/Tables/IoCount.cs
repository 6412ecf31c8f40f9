namespace Signals.Storage.Tables;

/// <summary>The number of file reads (pread calls), and their bytes.</summary>
internal readonly record struct IoCount(long Reads, long Bytes);
