using Signals.Storage.Primitives;

namespace Signals.Storage.Reads;

/// <summary>
/// A second copy of an event that another source holds as well; its columns are merged into the answer. Immutable.
/// </summary>
internal readonly record struct DuplicateRow(int TypeSlot, RowKey Key);
