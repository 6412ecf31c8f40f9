using Signals.Core.Model;

namespace Signals.Core.Ingest;

/// <summary>States what an acknowledged write survives.</summary>
/// <param name="Durability">The promise that now holds for it.</param>
/// <param name="Position">Stream position after the write, in bytes; everything before it is acknowledged, too.</param>
public readonly record struct AppendAck(Durability Durability, long Position);
