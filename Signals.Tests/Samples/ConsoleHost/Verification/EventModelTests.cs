using System.Runtime.InteropServices;
using Signals.Samples.ConsoleHost.Verification;

namespace Signals.Tests.Samples.ConsoleHost.Verification;

[TestFixture]
public sealed class EventModelTests
{
    private static readonly StoreSchema Schema = StoreSchema.Define(s => s
        .EventType("view", t => t.Field<int>("n").Text("s").KeepLast(3).MaxAge(TimeSpan.FromMilliseconds(100)))
        .EventType("bare", _ => { }));

    [Test]
    public void Rows_CopiesInAnyOrder_MergeColumnByColumn()
    {
        // Bytes decide, not numbers: 256 is 00 01 and loses to 1, which is 01 00.
        Action<SingleEvent>[] copies =
        [
            r => r.Set(0, 256),
            r => r.SetNull(0),
            r =>
            {
                r.Set(0, 1);
                r.SetBytes(1, "ab"u8);
            },
            r => r.SetBytes(1, "abc"u8),
            r => r.SetNull(1),
        ];
        for (int rotation = 0; rotation < copies.Length; rotation++)
        {
            EventModel model = new(Schema);
            SingleEvent single = new();
            for (int i = 0; i < copies.Length; i++)
            {
                Begin(single, "view", 10, 1);
                copies[(i + rotation) % copies.Length](single);
                model.Add(single);
            }
            ModelRow row = model.Rows(new ModelKey(UserId.From(1), 0))[0];
            ReadOnlySpan<byte> cells = model.Cells(row);
            Assert.That(ModelCells.Read(ref cells, out ReadOnlySpan<byte> number), Is.EqualTo(ColumnState.Value));
            Assert.That(MemoryMarshal.Read<int>(number), Is.EqualTo(1), $"rotation {rotation}");
            Assert.That(ModelCells.Read(ref cells, out ReadOnlySpan<byte> text), Is.EqualTo(ColumnState.Value));
            Assert.That(text.ToArray(), Is.EqualTo("abc"u8.ToArray()), $"rotation {rotation}");
            Assert.That(model.Duplicates, Is.EqualTo(4));
            Assert.That(model.Count, Is.EqualTo(1));
        }
    }

    [Test]
    public void Rows_ManyEvents_AreNewestFirstThenById()
    {
        EventModel model = new(Schema);
        SingleEvent single = new();
        foreach ((long time, ulong id) in new[] { (5L, 2UL), (7L, 9UL), (5L, 1UL), (6L, 0UL) })
        {
            Begin(single, "view", time, id);
            model.Add(single);
        }
        Assert.That(
            model.Rows(new ModelKey(UserId.From(1), 0)).ToArray().Select(r => (r.TimeMs, r.Id)),
            Is.EqualTo(new[] { (7L, 9UL), (6L, 0UL), (5L, 1UL), (5L, 2UL) }));
    }

    [TestCase(150, 3)]
    [TestCase(158, 2)]
    [TestCase(170, 0)]
    public void Visible_LastNAndMaxAge_BothApply(long nowMs, int expected)
    {
        ModelRow[] rows = [new(60, 1, 0), new(58, 1, 0), new(57, 1, 0), new(56, 1, 0)];
        Assert.That(EventModel.Visible(Schema["view"], rows, nowMs), Is.EqualTo(expected));
    }

    [Test]
    public void Add_EventsWithoutColumnsOrWithHugeOnes_AreKept()
    {
        EventModel model = new(Schema);
        SingleEvent single = new();
        byte[] huge = new byte[5 << 20];
        huge[^1] = 7;
        Begin(single, "bare", 1, 1);
        model.Add(single);
        Begin(single, "view", 1, 1);
        single.SetBytes(1, huge);
        model.Add(single);
        Begin(single, "bare", 2, 1);
        model.Add(single);

        Assert.That(model.Rows(new ModelKey(UserId.From(1), 1)).Length, Is.EqualTo(2));
        ReadOnlySpan<byte> cells = model.Cells(model.Rows(new ModelKey(UserId.From(1), 0))[0]);
        ModelCells.Read(ref cells, out _);
        ModelCells.Read(ref cells, out ReadOnlySpan<byte> text);
        Assert.That(text.SequenceEqual(huge), Is.True);
    }

    private static void Begin(SingleEvent single, string type, long timeMs, ulong id)
    {
        single.Begin(Schema[type]);
        (single.User, single.TimeMs, single.Id) = (UserId.From(1), timeMs, id);
    }
}
