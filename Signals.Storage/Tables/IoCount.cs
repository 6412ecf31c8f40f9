namespace Signals.Storage.Tables;

/// <summary>File reads (pread calls) and their bytes.</summary>
internal readonly record struct IoCount(long Reads, long Bytes);
