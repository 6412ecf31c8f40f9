using Apache.Arrow;
using Apache.Arrow.Types;
using Signals.Arrow.Buffers;

namespace Signals.Arrow.Columns;

/// <summary>Lists of the elements of another writer: one list for each sequence.</summary>
internal sealed class ListWriter<T>(T elements) : ColumnWriter(new ListType(new Field("item", elements.Type, nullable: true)))
    where T : ColumnWriter
{
    private readonly GrowingBlock _offsets = new();

    public T Elements => elements;

    public override int Count => Math.Max(0, (_offsets.Length / sizeof(int)) - 1);

    public override long Bytes => _offsets.Length + elements.Bytes;

    /// <summary>Ends a list with the elements that were appended since the last one.</summary>
    public void EndList()
    {
        if (_offsets.Length == 0)
        {
            _offsets.Append(0);
        }

        _offsets.Append(elements.Count);
    }

    public override ArrayData Take(BatchMemory memory)
    {
        if (_offsets.Length == 0)
        {
            _offsets.Append(0);
        }

        int count = Count;
        ArrowBuffer offsets = new(_offsets.Take(memory));
        return new ArrayData(Type, count, 0, 0, [ArrowBuffer.Empty, offsets], [elements.Take(memory)]);
    }
}
