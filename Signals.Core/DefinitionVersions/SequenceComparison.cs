using Signals.Definitions;

namespace Signals.Core.DefinitionVersions;

/// <summary>Counts the differences between pairs of sequences. Not thread-safe. It keeps no sequence and no user.</summary>
internal sealed class SequenceComparison(string[] columns)
{
    private readonly Dictionary<(long Time, ulong Id, ushort Type), int> _shadowRows = [];
    private readonly long[] _rows = new long[columns.Length];
    private readonly long[] _different = new long[columns.Length];
    private long _compared;
    private long _equal;
    private long _lengthDiffers;
    private long _orderDiffers;
    private long _inBoth;
    private long _onlyServed;
    private long _onlyShadow;

    public void Add(ISequenceRows served, ISequenceRows shadow)
    {
        _shadowRows.Clear();
        for (int row = 0; row < shadow.Times.Length; row++)
        {
            _shadowRows.TryAdd((shadow.Times[row], shadow.Ids[row], shadow.EventTypes[row]), row);
        }

        (int Served, int Shadow)[] ordinals = [.. columns.Select(name => (IndexOf(served, name), IndexOf(shadow, name)))];
        int common = 0;
        int last = -1;
        bool sameOrder = true;
        long different = 0;
        for (int row = 0; row < served.Times.Length; row++)
        {
            if (!_shadowRows.TryGetValue((served.Times[row], served.Ids[row], served.EventTypes[row]), out int other))
            {
                continue;
            }

            common++;
            sameOrder &= other > last;
            last = other;
            different += CompareRow(served, row, shadow, other, ordinals);
        }

        Count(served.Times.Length, shadow.Times.Length, common, sameOrder, different);
    }

    public ShadowReport Report() => new()
    {
        Sampled = 0,
        Dropped = 0,
        Failed = 0,
        LastFailure = null,
        Compared = _compared,
        Equal = _equal,
        LengthDiffers = _lengthDiffers,
        OrderDiffers = _orderDiffers,
        RowsInBoth = _inBoth,
        RowsOnlyServed = _onlyServed,
        RowsOnlyShadow = _onlyShadow,
        Fields = [.. columns.Select((name, i) => new ShadowField(name, _rows[i], _different[i]))],
    };

    private static int IndexOf(ISequenceRows rows, string name)
    {
        for (int i = 0; i < rows.ColumnNames.Count; i++)
        {
            if (rows.ColumnNames[i] == name)
            {
                return i;
            }
        }

        return -1;
    }

    private static bool IsSame(ISequenceRows served, int row, int column, ISequenceRows shadow, int otherRow, int otherColumn)
    {
        ColumnState state = served.StateOf(column, row);
        return state == shadow.StateOf(otherColumn, otherRow)
            && (state != ColumnState.Value || served.ValueOf(column, row).SequenceEqual(shadow.ValueOf(otherColumn, otherRow)));
    }

    private long CompareRow(ISequenceRows served, int row, ISequenceRows shadow, int other, (int Served, int Shadow)[] ordinals)
    {
        long different = 0;
        for (int i = 0; i < ordinals.Length; i++)
        {
            if (ordinals[i].Served < 0 || ordinals[i].Shadow < 0)
            {
                continue;
            }

            _rows[i]++;
            if (!IsSame(served, row, ordinals[i].Served, shadow, other, ordinals[i].Shadow))
            {
                _different[i]++;
                different++;
            }
        }

        return different;
    }

    private void Count(int served, int shadow, int common, bool sameOrder, long different)
    {
        _compared++;
        _inBoth += common;
        _onlyServed += served - common;
        _onlyShadow += shadow - common;
        _lengthDiffers += served == shadow ? 0 : 1;
        _orderDiffers += sameOrder ? 0 : 1;
        _equal += served == shadow && common == served && sameOrder && different == 0 ? 1 : 0;
    }
}
