using System.Runtime.InteropServices;
using Signals.Core.Columns;
using Signals.Core.Definitions.Predicates;
using Signals.Serving;

namespace Signals.Core.Serving.Filtering;

/// <summary>
/// True where the host's function returns true for a column's value. It runs a group of rows at a time and checks the deadline
/// between the groups.
/// </summary>
internal sealed class HostFilter(int column, HostPredicate predicate) : RowFilter
{
    private const int StepRows = 64;

    public override void Evaluate(RowSet rows, RowMask result, FilterScratch scratch)
    {
        Span<bool> flags = scratch.Flags(rows.Count);
        IColumnRows source = rows.Column(column);
        ReadOnlySpan<byte> values = source.FixedRows;
        ReadOnlySpan<ColumnState> states = rows.States(column);
        int width = source.Type.Width;
        int step = scratch.Step(rows.Count, StepRows);
        int row = 0;
        while (row < rows.Count && scratch.Reaches(row))
        {
            int count = Math.Min(step, rows.Count - row);
            predicate.Evaluate(values.Slice(row * width, count * width), states.Slice(row, count), flags.Slice(row, count));
            row += count;
        }

        flags[row..].Clear();
        MaskKernels.Range(MemoryMarshal.AsBytes(flags), (byte)1, byte.MaxValue, result.Words);
    }
}
