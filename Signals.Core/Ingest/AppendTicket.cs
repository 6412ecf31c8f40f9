namespace Signals;

/// <summary>The position of an accepted append in the store's stream. With it the acknowledgement can be awaited.</summary>
/// <param name="Position">The stream position after the append, in bytes. It grows with every append of a store.</param>
public readonly record struct AppendTicket(long Position);
