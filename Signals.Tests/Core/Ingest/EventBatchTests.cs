using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Signals.Core.Ingest;

namespace Signals.Tests.Core.Ingest;

[Category("Fast")]
[TestFixture]
internal sealed class EventBatchTests
{
    private static readonly EventTypeSchema View = Define();

    [Test]
    public void Set_NotCalled_LeavesTheColumnAbsent()
    {
        var batch = new EventBatch(View);
        batch.Add(UserId.From(1), 1, 1).Set("action", 7);
        batch.Add(UserId.From(1), 2, 2);
        batch.Add(UserId.From(1), 3, 3).SetNull("action");
        batch.Rows.FillAbsent();
        Assert.That(batch.Rows.Columns[1].States.ToArray(), Is.EqualTo(new byte[] { 2, 0, 1 }));
        Assert.That(batch.Rows.Columns[0].States.ToArray(), Is.EqualTo(new byte[] { 0, 0, 0 }));
    }

    [Test]
    public void Set_Twice_TheLastCounts()
    {
        var batch = new EventBatch(View);
        EventRow row = batch.Add(UserId.From(1), 1, 1).Set("country", "germany").Set("action", 1);
        row.Set("country", "pt").Set("action", 2);
        Assert.That(batch.Rows.Columns[3].GetValue(0).ToArray(), Is.EqualTo("pt"u8.ToArray()));
        Assert.That(MemoryMarshal.Read<int>(batch.Rows.Columns[1].GetValue(0)), Is.EqualTo(2));
    }

    [Test]
    public void Set_OnAnEarlierEvent_Throws() => Assert.That(
        () =>
        {
            var batch = new EventBatch(View);
            EventRow first = batch.Add(UserId.From(1), 1, 1);
            batch.Add(UserId.From(1), 2, 2);
            first.Set("action", 1);
        },
        Throws.InvalidOperationException);

    [Test]
    public void Set_HandleOfAnotherType_Throws()
    {
        EventTypeSchema other = StoreSchema.Define(s => s.EventType("click", t => t.Field<float>("dwell")))["click"];
        Assert.That(() => new EventBatch(View).Add(UserId.From(1), 1, 1).Set(other.Column<float>("dwell"), 1f), Throws.ArgumentException);
        Assert.That(() => new EventBatch(View).Add(UserId.From(1), 1, 1).Set(default(Column<float>), 1f), Throws.ArgumentException);
        Assert.That(
            () => new EventBatch(View).Add(UserId.From(1), 1, 1).Set(View.Column<Half>("item"), Half.One), Throws.ArgumentException);
    }

    [Test]
    public void Set_HandleOfTheSameTypeDeclaredElsewhere_IsFoundByName()
    {
        EventTypeSchema again = StoreSchema.Define(s => s.EventType("view", t => t.Field<int>("action").Field<float>("dwell")))["view"];
        var batch = new EventBatch(View);
        batch.Add(UserId.From(1), 1, 1).Set(again.Column<int>("action"), 5);
        Assert.That(batch.Rows.Columns[1].GetState(0), Is.EqualTo(ColumnState.Value));
    }

    [Test]
    public void Set_BooleanWithStrayBits_IsStoredAsOne()
    {
        var batch = new EventBatch(View);
        batch.Add(UserId.From(1), 1, 1).Set("liked", Unsafe.BitCast<byte, bool>(2));
        Assert.That(batch.Rows.Columns[2].GetValue(0)[0], Is.EqualTo(1));
    }

    [Test]
    public void SetVector_OfOtherDimensions_Throws() => Assert.That(
        () => new EventBatch(View).Add(UserId.From(1), 1, 1).SetVector<Half>("item", new Half[3]), Throws.ArgumentException);

    [Test]
    public void Plan_EmptyBatch_Throws() =>
        Assert.That(() => BatchRecordWriter.Plan(new EventBatch(View)), Throws.InvalidOperationException);

    [Test]
    public void Add_AfterClear_AllocatesNothing()
    {
        var batch = new EventBatch(View, 4);
        Column<float> dwell = View.Column<float>("dwell");
        Column<int> action = View.Column<int>("action");
        VariableColumn country = View.VariableColumn("country");
        Fill();
        long before = GC.GetAllocatedBytesForCurrentThread();
        Fill();
        Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.Zero);
        Assert.That(batch.Count, Is.EqualTo(100));

        void Fill()
        {
            batch.Clear();
            for (int i = 0; i < 100; i++)
            {
                EventRow row = batch.Add(UserId.From((ulong)i + 1), i, (ulong)i).Set(dwell, 1.5f).Set(country, "germany");
                if (i % 3 == 0)
                {
                    row.Set(action, i);
                }
            }
        }
    }

    private static EventTypeSchema Define() => StoreSchema.Define(s => s.EventType("view", t => t
        .Field<float>("dwell").Field<int>("action").Field<bool>("liked").Text("country").Vector<Half>("item", 4)))["view"];
}
