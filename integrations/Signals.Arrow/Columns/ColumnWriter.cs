using Apache.Arrow;
using Apache.Arrow.Types;
using Signals.Arrow.Buffers;

namespace Signals.Arrow.Columns;

/// <summary>An Arrow array under construction.</summary>
/// <remarks>Thread contract: one thread at a time. Reused: after <see cref="Take"/> it is empty.</remarks>
internal abstract class ColumnWriter(IArrowType type)
{
    public IArrowType Type => type;

    /// <summary>The elements so far.</summary>
    public abstract int Count { get; }

    /// <summary>The bytes of its buffers so far.</summary>
    public abstract long Bytes { get; }

    /// <summary>Gives the array's memory to a batch.</summary>
    public abstract ArrayData Take(BatchMemory memory);
}
