using Signals.Core.Serving.Rows;

namespace Signals.Core.Serving.Filtering;

/// <summary>
/// What evaluating a <see cref="RowFilter"/> needs besides the rows: masks for intermediate results, lent in the order of a stack, flags,
/// and the event filters of the host, each ready to run.
/// </summary>
/// <remarks>Thread contract: one thread at a time. Reused: allocates only to grow. Call <see cref="Reset"/> after an evaluation that threw.</remarks>
internal sealed class FilterScratch(params EventFilterRun[] steps)
{
    private readonly List<RowMask> _masks = [];
    private bool[] _flags = [];
    private int _used;
    private Func<bool>? _isExpired;

    /// <summary>The event filters, by the position that the compiler gave them.</summary>
    public ReadOnlySpan<EventFilterRun> Steps => steps;

    /// <summary>From which row on some condition of the host was not asked, because the deadline passed; none without one.</summary>
    public int Known { get; private set; } = int.MaxValue;

    /// <summary>Begins with the evaluations of other rows.</summary>
    /// <param name="isExpired">Whether the deadline has passed; null for none.</param>
    public void Begin(Func<bool>? isExpired)
    {
        _isExpired = isExpired;
        Known = int.MaxValue;
    }

    /// <summary>How many rows to give to the host's code at once, so that the deadline is looked at in between.</summary>
    public int Step(int rows, int step) => _isExpired is null ? Math.Max(1, rows) : step;

    /// <summary>Whether to ask the host about a row and those after it. The first rows are always asked about.</summary>
    public bool Reaches(int row)
    {
        if (row == 0 || _isExpired is null || !_isExpired())
        {
            return true;
        }

        Known = Math.Min(Known, row);
        return false;
    }

    public RowMask Push(int rows)
    {
        if (_used == _masks.Count)
        {
            _masks.Add(new RowMask());
        }

        RowMask mask = _masks[_used++];
        mask.Reset(rows, value: false);
        return mask;
    }

    public void Pop() => _used--;

    /// <summary>A flag per row, with unspecified contents; the same memory at every call.</summary>
    public Span<bool> Flags(int rows)
    {
        if (_flags.Length < rows)
        {
            _flags = new bool[Math.Max(rows, 2 * _flags.Length)];
        }

        return _flags.AsSpan(0, rows);
    }

    public void Reset() => _used = 0;
}
