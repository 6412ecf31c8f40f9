using Signals.Core.Columns;
using Signals.Core.Model;
using Signals.Storage.Compaction;
using Signals.Storage.Tables;
using Signals.Tests.Simulation;
using Signals.Tests.Storage.Engine;

namespace Signals.Tests.Reliability.MetaModel;

/// <summary>A random run of offline rows of one stamp, or of many as a merge of runs leaves it: for the model and for the store.</summary>
internal sealed record MetaRun(RunKind Kind, Stamp Stamp, StampParts Parts, List<MetaEvent> Rows)
{
    private const int Generations = 3;
    private const int Ranks = 2;

    /// <summary>Few stamps, so that equal ones meet.</summary>
    /// <param name="random">Decides.</param>
    /// <param name="type">Which type, and of it the columns that are declared.</param>
    /// <param name="columns">The columns.</param>
    /// <param name="count">Rows at most.</param>
    /// <param name="key">Gives user, time and id of a row.</param>
    public static MetaRun Random(
        ref SimRandom random, int type, ReadOnlySpan<MetaColumn> columns, int count, Func<(int User, long Time, ulong Id)> key)
    {
        RunKind kind = random.Below(3) == 0 ? RunKind.Patches : RunKind.Events;
        Stamp stamp = RandomStamp(ref random);
        StampParts parts = random.Below(4) == 0 ? StampParts.Cells : StampParts.None;
        bool retracts = kind == RunKind.Events && random.Coin();
        parts |= retracts ? StampParts.Existence : StampParts.None;
        List<MetaEvent> rows = [];
        for (int i = random.Below(count); i >= 0; i--)
        {
            (int user, long time, ulong id) = key();
            bool retraction = retracts && random.Coin();
            MetaCell[] cells = new MetaCell[columns.Length];
            for (int c = 0; c < cells.Length; c++)
            {
                cells[c] = retraction ? MetaCell.Absent : RandomCell(ref random, columns[c], stamp, parts);
            }

            ulong inserted = kind == RunKind.Patches || retraction ? 0 : stamp.Value;
            rows.Add(new MetaEvent(user, type, time, id, cells, inserted, retraction ? stamp.Value : 0));
        }

        return new MetaRun(kind, stamp, parts, rows);
    }

    /// <summary>A run that retracts nearly all of some events, newest first.</summary>
    /// <param name="random">Decides.</param>
    /// <param name="type">Which type, and of it the columns that are declared.</param>
    /// <param name="columns">The columns.</param>
    /// <param name="events">The events.</param>
    public static MetaRun Bulk(ref SimRandom random, int type, ReadOnlySpan<MetaColumn> columns, IEnumerable<MetaEvent> events)
    {
        Stamp stamp = Stamp.Create(Generations + 1, 0);
        List<MetaEvent> rows = [];
        foreach (MetaEvent held in events)
        {
            if (rows.Count == 0 || random.Below(16) != 0)
            {
                MetaCell[] cells = new MetaCell[columns.Length];
                Array.Fill(cells, MetaCell.Absent);
                rows.Add(new MetaEvent(held.User, type, held.Time, held.Id, cells, 0, stamp.Value));
            }
        }

        return new MetaRun(RunKind.Events, stamp, StampParts.Existence, rows);
    }

    /// <summary>Makes the run visible.</summary>
    public void Attach(AttachedRuns runs, EventTypeSchema type, Func<int, UserId> id)
    {
        if (Rows.Count == 0)
        {
            return;
        }

        SortedDictionary<UserId, RowBuffer> users = [];
        foreach (IGrouping<int, MetaEvent> user in Rows.GroupBy(row => row.User))
        {
            RowBuffer rows = NewRows(type);
            foreach (MetaEvent row in user)
            {
                Append(rows, row);
            }

            RowBuffer sorted = NewRows(type);
            new RowMerger().Merge(rows, [.. Enumerable.Range(1, rows.Count)], sorted);
            users[id(user.Key)] = sorted;
        }

        runs.Add(type, Kind, users).Attach();
    }

    public override string ToString() => $"{Kind} of {Stamp} with {Parts}\n  {string.Join("\n  ", Rows)}";

    private static Stamp RandomStamp(ref SimRandom random) => Stamp.Create(1 + random.Below(Generations), random.Below(Ranks));

    private static MetaCell RandomCell(ref SimRandom random, MetaColumn column, Stamp defaultStamp, StampParts parts)
    {
        ColumnState state = (ColumnState)Math.Min(2, random.Below(4));
        Stamp stamp = (parts & StampParts.Cells) != 0 && random.Coin() ? RandomStamp(ref random) : defaultStamp;
        return state == ColumnState.Absent
            ? MetaCell.Absent
            : new MetaCell(state, state == ColumnState.Value ? column.Value(ref random) : [], stamp.Value);
    }

    private RowBuffer NewRows(EventTypeSchema type) => new([.. type.Columns.Select(column => column.Type)], Stamp, Parts);

    private static void Append(RowBuffer rows, MetaEvent row)
    {
        rows.AppendKey(row.Time, row.Id);
        for (int i = 0; i < rows.Columns.Length; i++)
        {
            Append(rows.Columns[i], row.Held(i));
            if (rows.Stamps.HasCells)
            {
                rows.Stamps.CellColumn(i).Append(
                    row.Held(i).State == ColumnState.Absent ? rows.Stamps.DefaultStamp.Value : row.Held(i).Stamp);
            }
        }

        if (rows.Stamps.HasExistence)
        {
            rows.Stamps.AppendExistence(new Stamp(row.Inserted), new Stamp(row.Retracted));
        }
    }

    private static void Append(ColumnBuffer column, MetaCell cell)
    {
        if (cell.State != ColumnState.Value)
        {
            column.AppendMissing(cell.State);
        }
        else if (column.Type.IsVariable)
        {
            column.AppendBytes(cell.Bytes);
        }
        else
        {
            column.AppendFixed(cell.Bytes);
        }
    }
}
