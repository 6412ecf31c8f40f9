using Signals.Core.Columns;
using Signals.Storage.Segments;

namespace Signals.Tests.Reliability;

/// <summary>What the model knows of one event: registers that only rise. Threads: one.</summary>
internal sealed class CrashRow(int columns)
{
    private const ulong Streamed = 1;

    private readonly (ulong Stamp, CrashValue Value)[] _cells = [.. Enumerable.Repeat((0UL, CrashValue.Absent), columns)];
    private ulong _inserted;
    private ulong _retracted;

    /// <summary>Whether it counts towards the last N.</summary>
    public bool IsKnown => _inserted > 0;

    /// <summary>Whether a read shows it.</summary>
    public bool IsThere => _inserted > _retracted;

    /// <summary>What a read shows of each column.</summary>
    public IEnumerable<CrashValue> Columns => _cells.Select(cell => cell.Stamp > _retracted ? cell.Value : CrashValue.Absent);

    /// <summary>Adds what was streamed.</summary>
    public void Stream(CrashEvent e) => Raise(e, Streamed, RowMarks.Insert);

    /// <summary>Adds what a segment says.</summary>
    public void Patch(CrashPatch row, ulong stamp) => Raise(row.Event, stamp, row.Marks);

    private void Raise(CrashEvent e, ulong stamp, RowMarks marks)
    {
        _inserted = marks == RowMarks.Insert ? Math.Max(_inserted, stamp) : _inserted;
        _retracted = marks == RowMarks.Retract ? Math.Max(_retracted, stamp) : _retracted;
        for (int i = 0; i < _cells.Length && marks != RowMarks.Retract; i++)
        {
            CrashValue value = e.Columns[i];
            if (value.State != ColumnState.Absent && stamp >= _cells[i].Stamp)
            {
                _cells[i] = (stamp, stamp > _cells[i].Stamp ? value : CrashValue.Merge(_cells[i].Value, value));
            }
        }
    }
}
