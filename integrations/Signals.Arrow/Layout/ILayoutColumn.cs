using Apache.Arrow;
using Signals.Arrow.Buffers;
using Signals.Serving;

namespace Signals.Arrow.Layout;

/// <summary>One column of a batch of sequences, which has an element for each sequence.</summary>
/// <remarks>Thread contract: one thread at a time; reused from batch to batch.</remarks>
internal interface ILayoutColumn
{
    Field Field { get; }

    long Bytes { get; }

    /// <summary>Throws unless the sequence can be appended.</summary>
    void Require(in ServedSequence sequence)
    {
    }

    void Append(in ServedSequence sequence);

    ArrayData Take(BatchMemory memory);
}
