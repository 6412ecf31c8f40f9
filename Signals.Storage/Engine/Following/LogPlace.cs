using Signals.Core.Model;

namespace Signals.Storage.Engine.Following;

/// <summary>A place between two entries of the logs of a store, from which they are read on. Immutable.</summary>
/// <param name="Log">The number of the log; 0 before the first one.</param>
/// <param name="Offset">The offset of the next entry in it.</param>
/// <param name="Sequence">The sequence that the next entry must have; 0 for any.</param>
/// <param name="Position">The stream position up to which everything was read, or is in tables.</param>
/// <param name="IsSealed">Whether the log ends here, so that the next entry is in a later log.</param>
/// <param name="LastOffset">Where the entry begins that ends here; 0 when no entry of this log was read.</param>
/// <param name="LastChecksum">The checksum of that entry.</param>
internal readonly record struct LogPlace(
    ulong Log, long Offset, ulong Sequence, StreamPosition Position, bool IsSealed, long LastOffset = 0, uint LastChecksum = 0);
