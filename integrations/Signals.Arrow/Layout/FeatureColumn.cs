using Apache.Arrow;
using Signals.Arrow.Buffers;
using Signals.Arrow.Columns;
using Signals.Serving;

namespace Signals.Arrow.Layout;

/// <summary>A column of the definition's answer: a list of its values for each sequence.</summary>
/// <param name="name">The name of the list in the batch.</param>
/// <param name="column">The name in the answer.</param>
/// <param name="type">The type of the values.</param>
internal sealed class FeatureColumn(string name, string column, ColumnType type) : ILayoutColumn
{
    private readonly ListWriter<ColumnWriter> _lists = new(ArrowTypes.WriterOf(type));

    public Field Field => field ??= new(name, _lists.Type, nullable: false);

    public long Bytes => _lists.Bytes;

    public void Require(in ServedSequence sequence)
    {
        if (sequence.TypeOf(column) != type)
        {
            throw new ArgumentException(
                $"The column '{column}' is {sequence.TypeOf(column)} in this sequence and {type} in the batch; "
                + "sequences of stores with different schemas need batches of their own.");
        }
    }

    public void Append(in ServedSequence sequence)
    {
        ReadOnlySpan<ColumnState> states = sequence.States(column);
        switch (_lists.Elements)
        {
            case FixedWriter values:
                values.Append(states, sequence.FixedBytes(column));
                break;
            case VectorWriter vectors:
                vectors.Append(states, sequence.FixedBytes(column));
                break;
            case BooleanWriter booleans:
                booleans.Append(states, sequence.FixedBytes(column));
                break;
            case VariableWriter texts:
                for (int row = 0; row < states.Length; row++)
                {
                    texts.Append(states[row], sequence.Bytes(column, row));
                }

                break;
        }

        _lists.EndList();
    }

    public ArrayData Take(BatchMemory memory) => _lists.Take(memory);
}
