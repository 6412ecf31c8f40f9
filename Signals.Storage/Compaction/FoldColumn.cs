using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Signals.Core.Columns;
using Signals.Core.Model;
using Signals.Storage.Tables;

namespace Signals.Storage.Compaction;

/// <summary>
/// One column of the block that a fold works on: the cells as they are, raised by those of patches. Thread contract: one thread;
/// reused from block to block. Rows are built in order. Those before <c>_done</c> are already here; the others are copied when a
/// later row is raised or the block ends. Adjacent rows that a patch raises together are copied together.
/// </summary>
internal sealed class FoldColumn(ushort column, ColumnType type)
{
    private readonly ColumnBuffer _cells = new(type, 1024);
    private readonly ColumnBuffer _stamps = new(ColumnType.Scalar<ulong>(), 1024);
    private ulong[] _held = [];
    private Block _block = null!;
    private bool _holds;
    private int _done;

    /// <summary>Id of the column.</summary>
    public ushort Column => column;

    /// <summary>Whether any cell of the block was raised.</summary>
    public bool IsChanged { get; private set; }

    /// <summary>The cells of the block; complete after <see cref="Complete"/>.</summary>
    public ColumnBuffer Cells => _cells;

    /// <summary>The stamps of <see cref="Cells"/>.</summary>
    public ColumnBuffer Stamps => _stamps;

    private Span<ulong> StampValues => MemoryMarshal.Cast<byte, ulong>(_stamps.Values);

    /// <summary>
    /// Starts a block whose cells and stamps of the column are loaded. The block must stay valid until the next call.
    /// </summary>
    [MethodImpl(Compile.InFull)]
    public void Begin(Block block)
    {
        _block = block;
        _done = 0;
        _cells.Clear();
        _stamps.Clear();
        IsChanged = false;
        _holds = block.HasColumn(column);
        if (_holds)
        {
            Array.Resize(ref _held, Math.Max(_held.Length, block.Rows));
            block.CopyCellStamps(column, 0, _held.AsSpan(0, block.Rows));
        }
    }

    /// <summary>Raises adjacent rows of the block by as many rows of patches.</summary>
    /// <param name="row">First row of the block; it must come after all rows that were raised before.</param>
    /// <param name="patches">Patches, with the stamps of their cells.</param>
    /// <param name="patch">The first patch row.</param>
    /// <param name="count">How many rows.</param>
    /// <param name="retracted">
    /// For each row of the block the stamp of its retraction; empty when no row was retracted. A cell that is not newer than the
    /// retraction never counts.
    /// </param>
    [MethodImpl(Compile.InFull)]
    public void Raise(int row, RowBuffer patches, int patch, int count, ReadOnlySpan<ulong> retracted)
    {
        ColumnBuffer cells = patches.Columns[column];
        ReadOnlySpan<byte> states = cells.States.Slice(patch, count);
        if (!states.ContainsAnyExcept((byte)ColumnState.Absent))
        {
            return;
        }

        ReadOnlySpan<ulong> stamps = patches.Stamps.Cells(column).Slice(patch, count);
        if (retracted.IsEmpty && !states.Contains((byte)ColumnState.Absent) && AllWin(row, stamps))
        {
            Take(row, cells, patch, stamps);
            return;
        }

        for (int i = 0; i < count;)
        {
            int winning = CountWinning(row + i, states[i..], stamps[i..], retracted);
            if (winning > 0)
            {
                Take(row + i, cells, patch + i, stamps.Slice(i, winning));
                i += winning;
                continue;
            }

            CopyHeld(row + i + 1);
            if (Wins(row + i, cells, patch + i, stamps[i], retracted))
            {
                _cells.ReplaceLast(cells, patch + i);
                StampValues[^1] = stamps[i];
                IsChanged = true;
            }

            i++;
        }
    }

    /// <summary>
    /// Copies the remaining rows. It gives absent cells the stamp of a neighbour, so that a column in which all stamps are equal
    /// keeps a single stamp.
    /// </summary>
    [MethodImpl(Compile.InFull)]
    public void Complete()
    {
        CopyHeld(_block.Rows);
        ReadOnlySpan<byte> states = _cells.States;
        int first = states.IndexOfAnyExcept((byte)ColumnState.Absent);
        if (first < 0 || !states.Contains((byte)ColumnState.Absent))
        {
            return;
        }

        Span<ulong> stamps = StampValues;
        ulong last = stamps[first];
        for (int i = 0; i < stamps.Length; i++)
        {
            if (states[i] == (byte)ColumnState.Absent)
            {
                stamps[i] = last;
            }

            last = stamps[i];
        }
    }

    [MethodImpl(Compile.InFull)]
    private void Take(int row, ColumnBuffer cells, int patch, ReadOnlySpan<ulong> stamps)
    {
        CopyHeld(row);
        _cells.AppendRows(cells, patch, stamps.Length);
        stamps.CopyTo(MemoryMarshal.Cast<byte, ulong>(_stamps.AppendFixedRows(stamps.Length)));
        _done = row + stamps.Length;
        IsChanged = true;
    }

    // How many rows, from the first, win by their stamps alone.
    [MethodImpl(Compile.InFull)]
    private int CountWinning(int row, ReadOnlySpan<byte> states, ReadOnlySpan<ulong> stamps, ReadOnlySpan<ulong> retracted)
    {
        int count = 0;
        while (count < states.Length && states[count] != (byte)ColumnState.Absent
            && (retracted.IsEmpty || stamps[count] > retracted[row + count]) && (!_holds || stamps[count] > _held[row + count]))
        {
            count++;
        }

        return count;
    }

    [MethodImpl(Compile.InFull)]
    private bool AllWin(int row, ReadOnlySpan<ulong> stamps)
    {
        if (!_holds)
        {
            return true;
        }

        ulong least = ulong.MaxValue;
        ulong most = 0;
        ReadOnlySpan<ulong> held = _held.AsSpan(row, stamps.Length);
        for (int i = 0; i < stamps.Length; i++)
        {
            least = Math.Min(least, stamps[i]);
            most = Math.Max(most, held[i]);
        }

        return least > most;
    }

    // The row's held cell was copied before, so it is the last one here.
    private bool Wins(int row, ColumnBuffer cells, int patch, ulong stamp, ReadOnlySpan<ulong> retracted)
    {
        if (cells.GetState(patch) == ColumnState.Absent || (!retracted.IsEmpty && stamp <= retracted[row]))
        {
            return false;
        }

        if (!_holds || _cells.GetState(row) == ColumnState.Absent)
        {
            return true;
        }

        return stamp != _held[row] ? stamp > _held[row] : _cells.CompareRow(row, cells, patch) < 0;
    }

    [MethodImpl(Compile.InFull)]
    private void CopyHeld(int end)
    {
        int count = end - _done;
        if (count <= 0)
        {
            return;
        }

        Span<ulong> stamps = MemoryMarshal.Cast<byte, ulong>(_stamps.AppendFixedRows(count));
        if (_holds)
        {
            _block.Column(column).AppendTo(_cells, _done, count);
            _held.AsSpan(_done, count).CopyTo(stamps);
        }
        else
        {
            _cells.AppendMissing(ColumnState.Absent, count);
            stamps.Clear();
        }

        _done = end;
    }
}
