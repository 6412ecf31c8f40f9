using System.Runtime.InteropServices;
using Signals.Core.Columns;
using Signals.Definitions;
using Signals.Serving;

namespace Signals.Core.Serving.Features;

/// <summary>Writes a category from a small vocabulary as one-hot, multi-hot or index.</summary>
/// <typeparam name="TTo">The type of the tensor's elements.</typeparam>
/// <param name="encoding">How the category becomes numbers.</param>
/// <param name="columns">The ordinals of the columns. Only multi-hot has more than one.</param>
/// <param name="vocabularies">For each column, the categories in the column's type.</param>
/// <param name="categories">The number of categories.</param>
/// <param name="hasOther">Whether values outside the vocabulary have a place of their own. It is the last one.</param>
/// <param name="numbers">The elements of the numbers from 0 to categories + 1.</param>
internal sealed class CategoryKernel<TTo>(
    CategoryEncoding encoding, int[] columns, Vocabulary[] vocabularies, int categories, bool hasOther, TTo[] numbers)
    : FeatureKernel(encoding == CategoryEncoding.Index ? 1 : categories + (hasOther ? 1 : 0), ByteSize.SizeOf<TTo>())
    where TTo : unmanaged
{
    protected override void WriteDense(RowSet rows, ReadOnlySpan<int> chosen, int first, int count, Span<byte> destination)
    {
        Span<TTo> output = MemoryMarshal.Cast<byte, TTo>(destination);
        output.Fill(numbers[0]);
        for (int i = 0; i < columns.Length; i++)
        {
            IColumnRows column = rows.Column(columns[i]);
            ReadOnlySpan<byte> states = column.RowStates;
            ReadOnlySpan<int> some = chosen.Slice(first, count);
            for (int row = 0; row < some.Length; row++)
            {
                if (states[some[row]] == (byte)ColumnState.Value)
                {
                    Mark(output.Slice(row * Elements, Elements), vocabularies[i].Find(column, some[row]));
                }
            }
        }
    }

    /// <param name="row">The elements of the row.</param>
    /// <param name="category">The position of the category, or -1 for none.</param>
    private void Mark(Span<TTo> row, int category)
    {
        if (category < 0 && !hasOther)
        {
            return;
        }

        int place = category < 0 ? categories : category;
        if (encoding == CategoryEncoding.Index)
        {
            row[0] = numbers[place + 1];
        }
        else
        {
            row[place] = numbers[1];
        }
    }
}
