namespace Signals.Storage.History;

/// <summary>A state of the store: which commit it ends with, and which version its tables are of. Immutable.</summary>
/// <param name="Position">Stream position after the last commit that is part of it.</param>
/// <param name="Version">The version that reads saw then.</param>
internal readonly record struct PastPoint(long Position, ulong Version);
