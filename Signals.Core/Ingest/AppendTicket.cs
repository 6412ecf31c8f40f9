namespace Signals.Core.Ingest;

/// <summary>Says where an accepted append lies in the store's stream, so that its acknowledgement can be awaited.</summary>
/// <param name="Position">Stream position after the append, in bytes; grows with every append of a store.</param>
public readonly record struct AppendTicket(long Position);
