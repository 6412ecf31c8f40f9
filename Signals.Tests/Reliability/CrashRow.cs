using Signals.Storage.Segments;

namespace Signals.Tests.Reliability;

/// <summary>What the model knows of one event: registers that only rise. Threads: one.</summary>
internal sealed class CrashRow(int columns, CrashRule broken)
{
    private const ulong Streamed = 1;

    private readonly (ulong Stamp, CrashValue Value)[] _cells = [.. Enumerable.Repeat((0UL, CrashValue.Absent), columns)];
    private ulong _inserted;
    private ulong _retracted;

    /// <summary>Whether it counts towards the last N.</summary>
    public bool IsKnown => _inserted > 0 || broken == CrashRule.OrphansShow;

    /// <summary>Whether a read shows it.</summary>
    public bool IsThere => broken switch
    {
        CrashRule.RetractionForGood => _inserted > 0 && _retracted == 0,
        CrashRule.OrphansShow => _inserted >= _retracted,
        _ => _inserted > _retracted,
    };

    /// <summary>Whether a segment spoke of it.</summary>
    public bool IsPatched { get; private set; }

    /// <summary>What a read shows of each column.</summary>
    public IEnumerable<CrashValue> Columns =>
        _cells.Select(cell => cell.Stamp > _retracted || broken == CrashRule.RetractionKeepsCells ? cell.Value : CrashValue.Absent);

    /// <summary>Adds what was streamed.</summary>
    public void Stream(CrashEvent e) => Raise(e, Streamed, RowMarks.Insert);

    /// <summary>Adds what a segment says.</summary>
    public void Patch(CrashPatch row, ulong stamp)
    {
        IsPatched = true;
        if (row.Marks != RowMarks.Retract || broken != CrashRule.RetractionIgnored)
        {
            Raise(row.Event, stamp, row.Marks);
        }
    }

    private void Raise(CrashEvent e, ulong stamp, RowMarks marks)
    {
        _inserted = marks == RowMarks.Insert ? Math.Max(_inserted, stamp) : _inserted;
        _retracted = marks == RowMarks.Retract ? Math.Max(_retracted, stamp) : _retracted;
        for (int i = 0; i < _cells.Length && marks != RowMarks.Retract; i++)
        {
            CrashValue value = e.Columns[i];
            bool says = value.State != ColumnState.Absent || (broken == CrashRule.AbsentOverwrites && stamp > Streamed);
            if (says && (stamp >= _cells[i].Stamp || broken == CrashRule.StampsIgnored))
            {
                bool replaces = stamp != _cells[i].Stamp || broken == CrashRule.LastOfEqualStamps;
                _cells[i] = (stamp, replaces ? value : CrashValue.Merge(_cells[i].Value, value));
            }
        }
    }
}
