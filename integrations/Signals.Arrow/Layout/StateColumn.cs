using System.Runtime.InteropServices;
using Apache.Arrow;
using Apache.Arrow.Types;
using Signals.Arrow.Buffers;
using Signals.Arrow.Columns;
using Signals.Serving;

namespace Signals.Arrow.Layout;

/// <summary>The states of a column's values: 0 absent, 1 null, 2 value, a list of them for each sequence.</summary>
internal sealed class StateColumn(string name, string column) : ILayoutColumn
{
    private readonly ListWriter<FixedWriter> _lists = new(new FixedWriter(UInt8Type.Default, sizeof(ColumnState)));

    public Field Field => field ??= new(name, _lists.Type, nullable: false);

    public long Bytes => _lists.Bytes;

    public void Append(in ServedSequence sequence)
    {
        _lists.Elements.Append(MemoryMarshal.AsBytes(sequence.States(column)));
        _lists.EndList();
    }

    public ArrayData Take(BatchMemory memory) => _lists.Take(memory);
}
