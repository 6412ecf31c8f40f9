namespace Signals;

/// <summary>The acknowledgement of a write: it states what the write survives.</summary>
/// <param name="Durability">The promise that now holds for the write.</param>
/// <param name="Position">The stream position after the write, in bytes. Everything before it is acknowledged too.</param>
public readonly record struct AppendAck(Durability Durability, long Position);
