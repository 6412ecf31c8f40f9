using System.Runtime.InteropServices;
using Signals.Core.Columns;
using Signals.Core.Definitions;
using Signals.Core.Serving.Rows;

namespace Signals.Core.Serving.Filtering;

/// <summary>True where the host's function says so of a column's value.</summary>
internal sealed class HostFilter(int column, HostPredicate predicate) : RowFilter
{
    public override void Evaluate(RowSet rows, RowMask result, FilterScratch scratch)
    {
        Span<bool> flags = scratch.Flags(rows.Count);
        IColumnRows source = rows.Column(column);
        predicate.Evaluate(source.FixedRows, rows.States(column), flags);
        MaskKernels.Range(MemoryMarshal.AsBytes(flags), (byte)1, byte.MaxValue, result.Words);
    }
}
