using Signals.Core.Columns;
using Signals.Core.Model;
using Signals.Storage.Compaction;
using Signals.Storage.Primitives;
using Signals.Storage.Tables;
using Signals.Storage.Versions;

namespace Signals.Tests.Storage.Compaction;

/// <summary>
/// A fold of one run of patches reads several users at once, and raises at once what adjacent ones raise of a block. Each row gets its cell
/// all the same, however many rows there are.
/// </summary>
[Category("Fast")]
internal sealed class LoneRunFoldTests
{
    private const int Users = 500;
    private const int Rows = 20;
    private const int PatchedColumn = 2;

    [Test]
    public void Run_ManyPatches_RaisesEachRow([Values(1, 2, 7)] int every)
    {
        using var store = new MergeStore(MergeRows.Schema());
        (MergeModel events, MergeModel patches) = (new MergeModel(), new MergeModel());
        Table table = store.Write(RowsOf(1, Stamp.Streamed, 0, events, RunKind.Events));
        Table run = store.Write(RowsOf(every, Stamp.Create(1, 0), PatchedColumn, patches, RunKind.Patches), kind: RunKind.Patches);
        Assert.That(run.Meta.Rows, Is.GreaterThan(1024), "more than are read at once");
        CompactionWork work = new(CompactionReason.Fold, store.Type.Id, MergeStore.Window, [run.Meta.Number], 0, long.MinValue);
        FoldTarget target = new(
            new StoreFolder(store.Files, MergeStore.Folder), store.NextNumber, store.Type, new TableOptions { BlockBytes = 512 });
        FoldInput input = new(run, new RowBits(run.Meta.Rows), IsGraceOver: false);
        FoldJob job = new(target, work, [input], [table], store.Erasures, NewerTables.IndexUsers([]));

        FoldResult result = job.Run(_ => true);

        Assert.That(result.Patches[0].After, Is.Null, "all met their event");
        events.Raise(patches, isThere => isThere);
        Assert.That(store.Describe(store.Job([store.Open(result.Runs[0])]).Run().Added.Single()), Is.EqualTo(events.Describe()));
    }

    private static SortedDictionary<UserId, RowBuffer> RowsOf(int every, Stamp stamp, int column, MergeModel model, RunKind kind)
    {
        SortedDictionary<UserId, RowBuffer> made = [];
        for (int user = 0; user < Users; user += every)
        {
            RowBuffer rows = new([.. MergeRows.Schema().Columns.Select(c => c.Type)], stamp, StampParts.None);
            for (int i = 0; i < Rows; i++)
            {
                rows.AppendKey(10, (ulong)i + 1);
                ColumnBuffer cells = rows.Columns[column];
                cells.AppendFixedRows(1).Fill((byte)((7 * user) + i));
            }

            rows.FillAbsent();
            made[UserId.From((ulong)user)] = rows;
            model.Add(UserId.From((ulong)user), rows, kind);
        }

        return made;
    }
}
