using Signals.Serving;

namespace Signals.Core.Serving.Filtering;

/// <summary>
/// What the evaluation of a <see cref="RowFilter"/> needs besides the rows: masks for intermediate results, which are lent like a
/// stack, flags, and the event filters of the host, ready to run.
/// </summary>
/// <remarks>
/// Thread contract: one thread at a time. It is reused and allocates only to grow. Call <see cref="Reset"/> after an evaluation
/// that threw.
/// </remarks>
internal sealed class FilterScratch(params EventFilterExecution[] steps)
{
    private readonly List<RowMask> _masks = [];
    private bool[] _flags = [];
    private int _used;
    private Func<bool>? _isExpired;

    /// <summary>The event filters, indexed by the positions that the compiler assigned.</summary>
    public ReadOnlySpan<EventFilterExecution> Steps => steps;

    /// <summary>
    /// The first row for which a condition of the host was not evaluated, because the deadline passed; <see cref="int.MaxValue"/>
    /// when all rows were.
    /// </summary>
    public int Known { get; private set; } = int.MaxValue;

    /// <summary>Prepares for the evaluations over other rows.</summary>
    /// <param name="isExpired">Says whether the deadline has passed; null for no deadline.</param>
    public void Begin(Func<bool>? isExpired)
    {
        _isExpired = isExpired;
        Known = int.MaxValue;
    }

    /// <summary>How many rows to give to the host's code at once, so that the deadline is checked between the groups.</summary>
    public int Step(int rows, int step) => _isExpired is null ? Math.Max(1, rows) : step;

    /// <summary>Whether to run the host's code for a row and those after it. It always runs for the first rows.</summary>
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

    /// <summary>One flag per row, with unspecified contents. Every call returns the same memory.</summary>
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
