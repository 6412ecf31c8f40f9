using System.Globalization;
using Signals.Storage.Segments;

namespace Signals.Tests.Storage.Segments;

/// <summary>Which of several dropped event types or columns of one name the rows of a segment belong to.</summary>
[Category("Fast")]
internal sealed class SegmentColumnsTests
{
    // The type that can be taken back may be older than the one that is gone: it was renamed to that name afterwards.
    [TestCase(1, "1 held, 1 gone", 0)]
    [TestCase(1, "1 gone, 1 held", 1)]
    [TestCase(1, "1 gone, 1 gone", 1)]
    [TestCase(1, "1 gone, 2 gone", 0)]
    [TestCase(2, "1 gone, 2 gone", 1)]
    [TestCase(2, "1 held, 2 gone", 1)]
    [TestCase(2, "1 gone, 1 live", -1)]
    [TestCase(3, "1 held, 2 gone", -1)]
    public void TypeOf_SeveralOfTheName_IsTheOneThatTheRowsCanBeOf(int days, string types, int expected)
    {
        StoreSchema schema = StoreSchema.Define(s =>
        {
            foreach (string[] type in types.Split(", ").Select(one => one.Split(' ')))
            {
                TimeSpan window = TimeSpan.FromDays(int.Parse(type[0], CultureInfo.InvariantCulture));
                _ = type[1] == "live"
                    ? s.EventType("click", t => t.Window(window))
                    : s.AddDropped("click", t => t.Window(window), isFinal: type[1] == "gone");
            }

            s.EventType("view", t => t.Text("x"));
        });
        SegmentHeader header = Header(days);
        if (expected < 0)
        {
            Assert.That(
                () => SegmentColumns.TypeOf(header, schema, "it.seg"),
                Throws.TypeOf<SchemaMismatchException>().With.Message.Contains("into windows of 1.00:00:00"));
            return;
        }

        Assert.That(SegmentColumns.TypeOf(header, schema, "it.seg").Id, Is.EqualTo(expected));
    }

    [TestCase(false, true, 0)]
    [TestCase(true, false, 1)]
    [TestCase(true, true, 1)]
    public void IdsOf_SeveralDroppedColumnsOfTheName_IsTheHeldOneOrTheNewest(bool isFirstFinal, bool isLastFinal, int expected)
    {
        StoreSchema schema = StoreSchema.Define(s => s.EventType("click", t => t
            .AddDropped("price", ColumnType.Text, ColumnRole.Enrichment, [], isFirstFinal)
            .AddDropped("price", ColumnType.Text, ColumnRole.Enrichment, [], isLastFinal)));
        SegmentHeader header = Header(1, new SegmentColumn("price", ColumnType.Text));
        Assert.That(SegmentColumns.IdsOf(header, schema["click"], "it.seg"), Is.EqualTo(new[] { expected }));
    }

    private static SegmentHeader Header(int days, params SegmentColumn[] columns) => new()
    {
        EventType = "click",
        WindowMs = (long)TimeSpan.FromDays(days).TotalMilliseconds,
        Generation = 1,
        SourceRank = 0,
        Source = "tests",
        Columns = columns,
    };
}
