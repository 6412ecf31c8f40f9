using Apache.Arrow;
using Signals.Arrow.Buffers;
using Signals.Arrow.Columns;
using Signals.Serving;

namespace Signals.Arrow.Layout;

/// <summary>A value of the sequence as a whole, such as its user.</summary>
internal sealed class SequenceKeyColumn<T>(string name, T writer, SequenceKey<T> append) : ILayoutColumn
    where T : ColumnWriter
{
    public Field Field { get; } = new(name, writer.Type, nullable: false);

    public long Bytes => writer.Bytes;

    public void Append(in ServedSequence sequence) => append(writer, sequence);

    public ArrayData Take(BatchMemory memory) => writer.Take(memory);
}
