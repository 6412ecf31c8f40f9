using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Signals.Bench.Candidates;

/// <summary>The value type of the FASTER candidate: up to 32 rows of one user and type, in the order of arrival.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct FasterChunk
{
    public const int Rows = 32;

    /// <summary>The number of chunks that were filled before this one.</summary>
    public int Earlier;

    /// <summary>The number of rows held.</summary>
    public int Count;

    /// <summary>The newest event time in the chunks before this one.</summary>
    public long NewestEarlier;

    private RowArray _rows;

    [UnscopedRef]
    public readonly ReadOnlySpan<PackedRow> Span => ((ReadOnlySpan<PackedRow>)_rows)[..Count];

    public void Add(in PackedRow row) => _rows[Count++] = row;

    /// <summary>Starts the next chunk.</summary>
    public void Roll()
    {
        foreach (ref readonly PackedRow row in Span)
        {
            NewestEarlier = Math.Max(NewestEarlier, row.Time);
        }

        Earlier++;
        Count = 0;
    }

    [InlineArray(Rows)]
    private struct RowArray
    {
        private PackedRow _first;
    }
}
