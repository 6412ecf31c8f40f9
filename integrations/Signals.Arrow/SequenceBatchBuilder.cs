using Apache.Arrow;
using Signals.Arrow.Buffers;
using Signals.Arrow.Layout;
using Signals.Serving;

namespace Signals.Arrow;

/// <summary>
/// Collects served sequences of one definition, each of them a row, and makes record batches of them (<c>docs/arrow.md</c>).
/// </summary>
/// <remarks>
/// Thread contract: one thread at a time. Values are copied once, from the answer's memory into the batch's; tensors are written there
/// straight by the features. Memory: that of the batch, from pinned arrays that are used again when a batch is disposed.
/// </remarks>
/// <param name="options">What the batches hold; null for the defaults.</param>
public sealed class SequenceBatchBuilder(SequenceBatchOptions? options = null)
{
    private readonly SequenceBatchOptions _options = options ?? new SequenceBatchOptions();
    private SequenceLayout? _layout;
    private Schema? _schema;
    private bool _isBroken;

    /// <summary>The sequences since the last batch.</summary>
    public int Count { get; private set; }

    /// <summary>The bytes of the buffers so far. Build a batch before it comes near 2 GiB.</summary>
    public long Bytes => _layout?.Bytes ?? 0;

    /// <summary>The schema of the batches. The first sequence decides it.</summary>
    /// <exception cref="InvalidOperationException">No sequence was appended yet.</exception>
    public Schema Schema => _schema
        ?? throw new InvalidOperationException("The schema follows from a sequence; append one first.");

    /// <summary>Appends a sequence. The builder keeps no reference to it.</summary>
    /// <exception cref="ArgumentException">The sequence is of another definition than the ones before.</exception>
    /// <exception cref="InvalidOperationException">The batch is full: a buffer would have more than 2 GiB.</exception>
    /// <exception cref="ObjectDisposedException">The sequence was disposed.</exception>
    public void Append(ServedSequence sequence)
    {
        RequireWhole();
        if (_layout is null)
        {
            _layout = new SequenceLayout(sequence, _options);
            _schema = new Schema(_layout.Fields, _layout.Metadata);
        }

        _layout.Require(sequence);
        _isBroken = true; // until every column has the sequence
        _layout.Append(sequence);
        _isBroken = false;
        Count++;
    }

    /// <summary>Makes a batch of what was appended since the last one. Dispose it.</summary>
    /// <exception cref="InvalidOperationException">No sequence was ever appended, so there is no schema.</exception>
    public PooledRecordBatch Build()
    {
        RequireWhole();
        Schema schema = Schema;
        BatchMemory memory = new();
        PooledRecordBatch batch = new(schema, [.. _layout!.Take(memory).Select(ArrowArrayFactory.BuildArray)], Count, memory);
        Count = 0;
        return batch;
    }

    private void RequireWhole()
    {
        if (_isBroken)
        {
            throw new InvalidOperationException(
                "An append failed half way, so columns of the batch differ in length; begin with another builder.");
        }
    }
}
