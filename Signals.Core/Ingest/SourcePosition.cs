namespace Signals.Core.Ingest;

/// <summary>Where a source of events goes on: everything that it sent before is in the store.</summary>
/// <param name="Source">The source's name.</param>
/// <param name="Position">0 or more; what it counts is the source's business, as long as it only grows: bytes, offsets, rows.</param>
public readonly record struct SourcePosition(string Source, long Position);
