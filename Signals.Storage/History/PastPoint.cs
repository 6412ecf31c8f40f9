using Signals.Core.Model;

namespace Signals.Storage.History;

/// <summary>A state of the store: the commit that it ends with, and the version that its tables belong to. Immutable.</summary>
/// <param name="Position">Stream position after the last commit that belongs to the state.</param>
/// <param name="Version">The version that reads saw at that time.</param>
internal readonly record struct PastPoint(StreamPosition Position, ulong Version);
