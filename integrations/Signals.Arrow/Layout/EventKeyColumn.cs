using Apache.Arrow;
using Apache.Arrow.Types;
using Signals.Arrow.Buffers;
using Signals.Arrow.Columns;
using Signals.Serving;

namespace Signals.Arrow.Layout;

/// <summary>Times, ids or types of the events: a list for each sequence.</summary>
internal sealed class EventKeyColumn(string name, IArrowType type, int width, ServedKeys keys) : ILayoutColumn
{
    private readonly ListWriter<FixedWriter> _lists = new(new FixedWriter(type, width));

    public Field Field => field ??= new(name, _lists.Type, nullable: false);

    public long Bytes => _lists.Bytes;

    public void Append(in ServedSequence sequence)
    {
        _lists.Elements.Append(keys(sequence));
        _lists.EndList();
    }

    public ArrayData Take(BatchMemory memory) => _lists.Take(memory);
}
