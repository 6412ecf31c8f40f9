using Signals.Tests.Simulation;
using Signals.Tests.Storage.Engine;

namespace Signals.Tests.Storage.Reads;

/// <summary>
/// Reads of users whose events come late, in ties and in copies, from a memtable: the newest rows are all there, with all their
/// columns.
/// </summary>
[Category("Fast")]
internal sealed class LateRowReadTests
{
    private static readonly UserId TheUser = UserId.From(3);
    private static readonly StoreSchema Schema = StoreSchema.Define(s => s.EventType("e", t => t.Field<int>("left").Field<int>("right")));

    /// <summary>
    /// One copy of an event brings one column and another copy the other: a copy that is not looked at shows as an absent value.
    /// </summary>
    [Test]
    public void Read_LateTiedAndCopiedEvents_EqualsTheModel([Values(1, 40, 500)] int latest, [Values(16, 256)] int memTableKib)
    {
        Random random = new((latest * 1_000) + memTableKib);
        for (int round = 0; round < 12; round++)
        {
            using SignalStore store = TestStores.Open(
                new SimFileSystem(), Schema, new ManualTime(TestStores.Start),
                TestStores.Tiny with { MemTableBytes = memTableKib << 10 });
            Dictionary<(long Time, ulong Id), (bool Left, bool Right)> model = [];
            int rows = random.Next(1, 900);
            for (int done = 0; done < rows;)
            {
                EventBatch batch = store.CreateBatch("e");
                for (int i = 0; i < 30; i++, done++)
                {
                    AddEvent(batch, model, done, latest, random);
                }

                Assert.That(store.TryAppend(batch, out _));
                store.Engine.RunPending();
            }

            foreach (int last in (int[])[1, 7, 100, 2_000])
            {
                AssertEqual(store, model, last);
            }
        }
    }

    private static void AddEvent(
        EventBatch batch, Dictionary<(long Time, ulong Id), (bool Left, bool Right)> model, int arrival, int latest, Random random)
    {
        long time = TestStores.Start + (arrival / 3) - (random.Next(5) == 0 ? random.Next(latest) : 0);
        ulong id = (ulong)random.Next(4);
        bool isLeft = random.Next(2) == 0;
        batch.Add(TheUser, time, id).Set(isLeft ? "left" : "right", 1);
        (bool left, bool right) = model.GetValueOrDefault((time, id));
        model[(time, id)] = (left || isLeft, right || !isLeft);
    }

    private static void AssertEqual(SignalStore store, Dictionary<(long Time, ulong Id), (bool Left, bool Right)> model, int last)
    {
        using Sequence read = store.Read(TheUser, store.Query("e").Last(last).Columns("left", "right").Build());
        List<(long, ulong, bool, bool)> found = [];
        for (int row = 0; row < read.Count; row++)
        {
            found.Add((
                read.Times[row], read.Ids[row],
                read.States("left")[row] == ColumnState.Value, read.States("right")[row] == ColumnState.Value));
        }

        Assert.That(found, Is.EqualTo(model
            .OrderByDescending(cell => cell.Key.Time).ThenBy(cell => cell.Key.Id).Take(last)
            .Select(cell => (cell.Key.Time, cell.Key.Id, cell.Value.Left, cell.Value.Right))));
    }
}
