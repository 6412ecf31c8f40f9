using Signals.Storage.Primitives;

namespace Signals.Storage.Reads;

/// <summary>A second copy of an event that another source holds too: its columns take part in the merge.</summary>
internal readonly record struct DuplicateRow(int TypeSlot, RowKey Key);
