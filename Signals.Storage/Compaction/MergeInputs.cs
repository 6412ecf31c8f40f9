using System.Runtime.CompilerServices;
using Signals.Core.Model;
using Signals.Storage.Tables;

namespace Signals.Storage.Compaction;

/// <summary>
/// Walks several tables together, user by user in ascending order, and gives the tables that hold each user. Thread contract: one
/// thread. The tables must stay open while this is used. A linear scan over the inputs is faster than a heap here, because a
/// merge reads at most a dozen of them.
/// </summary>
internal sealed class MergeInputs
{
    private readonly TableCursor[] _cursors;
    private readonly UserId[] _users;
    private readonly double[] _bytesPerRow;
    private readonly int[] _holders;
    private readonly int[] _inputs;
    private int _live;
    private int _held;
    private double _bytes;

    /// <summary>Opens the inputs and stands before their first user.</summary>
    public MergeInputs(ReadOnlySpan<Table> tables)
    {
        _cursors = new TableCursor[tables.Length];
        _users = new UserId[tables.Length];
        _bytesPerRow = new double[tables.Length];
        _holders = new int[tables.Length];
        _inputs = new int[tables.Length];
        for (int i = 0; i < tables.Length; i++)
        {
            _cursors[_live] = tables[i].CreateCursor();
            _inputs[_live] = i;
            _bytesPerRow[_live] = (double)tables[i].Meta.TotalLength / tables[i].Meta.Rows;
            if (_cursors[_live].MoveNext())
            {
                _users[_live] = _cursors[_live].User;
                _live++;
            }
        }
    }

    /// <summary>The current user.</summary>
    public UserId User { get; private set; }

    /// <summary>How many inputs hold the current user.</summary>
    public int HolderCount => _held;

    /// <summary>Input bytes passed so far, estimated from the average row of each table.</summary>
    public long BytesPassed => (long)_bytes;

    /// <summary>An input that holds the current user; 0 is the one with the newest row.</summary>
    public TableCursor Holder(int index) => _cursors[_holders[index]];

    /// <summary>The index, in the given tables, of that input.</summary>
    public int HolderInput(int index) => _inputs[_holders[index]];

    /// <summary>The index, in the given tables, of the input with the most rows of the current user.</summary>
    [MethodImpl(Compile.InFull)]
    public int LargestInput()
    {
        int largest = 0;
        for (int i = 1; i < _held; i++)
        {
            largest = Holder(i).Rows.Count > Holder(largest).Rows.Count ? i : largest;
        }

        return HolderInput(largest);
    }

    /// <summary>Moves to the next user; false at the end.</summary>
    [MethodImpl(Compile.InFull)]
    public bool MoveNext()
    {
        PassHolders();
        if (_live == 0)
        {
            return false;
        }

        UserId smallest = _users[0];
        _holders[0] = 0;
        _held = 1;
        for (int i = 1; i < _live; i++)
        {
            int order = _users[i].CompareTo(smallest);
            if (order > 0)
            {
                continue;
            }

            if (order < 0)
            {
                smallest = _users[i];
                _held = 0;
            }

            _holders[_held++] = i;
        }

        User = smallest;
        SortHolders();
        return true;
    }

    // Goes from the highest index down, so that filling a gap with the last live input never moves an input that is still to be
    // passed.
    [MethodImpl(Compile.InFull)]
    private void PassHolders()
    {
        _holders.AsSpan(0, _held).Sort();
        for (int h = _held - 1; h >= 0; h--)
        {
            int i = _holders[h];
            _bytes += _cursors[i].Count * _bytesPerRow[i];
            if (_cursors[i].MoveNext())
            {
                _users[i] = _cursors[i].User;
                continue;
            }

            _live--;
            _cursors[i] = _cursors[_live];
            _inputs[i] = _inputs[_live];
            _users[i] = _users[_live];
            _bytesPerRow[i] = _bytesPerRow[_live];
        }

        _held = 0;
    }

    // Newest first: runs that do not overlap in time are then read in table order.
    [MethodImpl(Compile.InFull)]
    private void SortHolders()
    {
        for (int i = 1; i < _held; i++)
        {
            int holder = _holders[i];
            long newest = _cursors[holder].Rows.NewestTime;
            int at = i;
            for (; at > 0 && _cursors[_holders[at - 1]].Rows.NewestTime < newest; at--)
            {
                _holders[at] = _holders[at - 1];
            }

            _holders[at] = holder;
        }
    }
}
