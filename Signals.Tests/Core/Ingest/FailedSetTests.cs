using Signals.Core.Columns;

namespace Signals.Tests.Core.Ingest;

/// <summary>A call that fails on an event leaves nothing of the event in its batch.</summary>
[Category("Fast")]
[TestFixture]
internal sealed class FailedSetTests
{
    private static readonly EventTypeSchema View = StoreSchema.Define(s => s.EventType("view", t => t
        .Field<int>("action").Field<bool>("liked").Text("country").Bytes("raw").Vector<Half>("item", 4)))["view"];

    private static readonly EventTypeSchema Click =
        StoreSchema.Define(s => s.EventType("click", t => t.Field<float>("dwell").Text("query").Vector<Half>("v", 2)))["click"];

    private delegate void Change(EventRow row);

    private static IEnumerable<TestCaseData> Failures()
    {
        yield return Case("Set_UnknownName", row => row.Set("missing", 1));
        yield return Case("Set_OtherType", row => row.Set("action", 1f));
        yield return Case("Set_HandleOfAnotherEventType", row => row.Set(Click.Column<float>("dwell"), 1f));
        yield return Case("Set_HandleOfNone", row => row.Set(default(Column<float>), 1f));
        yield return Case("Set_HandleOfAVector", row => row.Set(View.Column<Half>("item"), Half.One));
        yield return Case("SetText_UnknownName", row => row.Set("missing", "text"));
        yield return Case("SetText_OfANumber", row => row.Set("action", "text"));
        yield return Case("SetText_HandleOfAnotherEventType", row => row.Set(Click.VariableColumn("query"), "text"));
        yield return Case("SetBytes_OfAVector", row => row.SetBytes("item", [1, 2]));
        yield return Case("SetVector_OtherDimensions", row => row.SetVector<Half>("item", new Half[3]));
        yield return Case("SetVector_OtherComponents", row => row.SetVector<float>("item", new float[4]));
        yield return Case("SetVector_HandleOfAnotherEventType", row => row.SetVector(Click.Column<Half>("v"), new Half[2]));
        yield return Case("SetSpan_OtherDimensions", row => row.Set("item", new Half[5]));
        yield return Case("SetNull_UnknownName", row => row.SetNull("missing"));
        yield return Case("SetNull_HandleOfAnotherEventType", row => row.SetNull(Click.Column<float>("dwell")));
        yield return Case("SetNull_VariableHandleOfAnotherEventType", row => row.SetNull(Click.VariableColumn("query")));

        static TestCaseData Case(string name, Change change) => new TestCaseData(change).SetArgDisplayNames(name);
    }

    [TestCaseSource(nameof(Failures))]
    public void Set_ThatFails_TakesTheWholeEventBack(object change)
    {
        EventBatch batch = new(View, capacity: 2);
        batch.Add(UserId.From(1), 1, 1).Set("action", 1).Set("country", "pt");
        Assert.That(() => ((Change)change)(HalfFilled(batch)), Throws.ArgumentException);
        Assert.That(batch.Count, Is.EqualTo(1));
        batch.Add(UserId.From(3), 3, 3).Set("liked", true).Set("raw", new byte[] { 7 });
        batch.Rows.FillAbsent();
        Assert.That(batch.Rows.Ids.ToArray(), Is.EqualTo(new ulong[] { 1, 3 }));
        Assert.That(States(batch, "action"), Is.EqualTo(new byte[] { 2, 0 }));
        Assert.That(States(batch, "liked"), Is.EqualTo(new byte[] { 0, 2 }));
        Assert.That(States(batch, "country"), Is.EqualTo(new byte[] { 2, 0 }));
        Assert.That(States(batch, "item"), Is.EqualTo(new byte[] { 0, 0 }));
        Assert.That(batch.Rows.Columns[View.IndexOf("raw")].GetValue(1).ToArray(), Is.EqualTo(new byte[] { 7 }));

        static EventRow HalfFilled(EventBatch batch) =>
            batch.Add(UserId.From(2), 2, 2).Set("action", 9).Set("liked", true).Set("country", "germany").Set("raw", new byte[] { 1, 2 });
    }

    [Test]
    public void Set_AfterACallFailed_IsRefused()
    {
        EventBatch batch = new(View);
        batch.Add(UserId.From(1), 1, 1).Set("action", 1);
        Assert.That(
            () =>
            {
                EventRow row = batch.Add(UserId.From(2), 2, 2);
                Assert.That(Fails(row), Is.True);
                row.Set("action", 2);
            },
            Throws.InvalidOperationException.With.Message.Contains("add it again"));
        Assert.That(batch.Count, Is.EqualTo(1));

        static bool Fails(EventRow row)
        {
            try
            {
                row.Set("missing", 1);
                return false;
            }
            catch (ArgumentException)
            {
                return true; // expected
            }
        }
    }

    [Test]
    public void Set_OfAnEarlierEvent_LeavesTheLastOne()
    {
        EventBatch batch = new(View);
        Assert.That(
            () =>
            {
                EventRow first = batch.Add(UserId.From(1), 1, 1);
                batch.Add(UserId.From(2), 2, 2).Set("action", 2);
                first.Set("missing", 1);
            },
            Throws.ArgumentException);
        Assert.That(batch.Count, Is.EqualTo(2));
    }

    [Test]
    public void Set_ArraysAndSpans_NeedNoCast()
    {
        EventBatch batch = new(View);
        Half[] array = [Half.One, Half.Zero, Half.One, Half.Zero];
        ReadOnlySpan<Half> span = array;
        byte[] bytes = [1, 2];
        string text = "pt";
        Column<Half> item = View.Column<Half>("item");
        batch.Add(UserId.From(1), 1, 1).Set("item", array).Set("raw", bytes).Set("country", text);
        batch.Add(UserId.From(1), 2, 2).Set("item", span).Set("raw", bytes.AsSpan()).Set("country", text.AsSpan());
        batch.Add(UserId.From(1), 3, 3).Set("item", array.AsSpan()).Set("raw", "ab"u8).Set("country", "pt"u8);
        batch.Add(UserId.From(1), 4, 4).Set(item, array).Set(View.VariableColumn("raw"), bytes).Set(View.VariableColumn("country"), "pt");
        batch.Rows.FillAbsent();
        foreach (string column in new[] { "item", "raw", "country" })
        {
            Assert.That(States(batch, column), Is.EqualTo(new byte[] { 2, 2, 2, 2 }), column);
        }

        ColumnBuffer vectors = batch.Rows.Columns[View.IndexOf("item")];
        Assert.That(vectors.GetValue(3).ToArray(), Is.EqualTo(vectors.GetValue(0).ToArray()));
    }

    private static byte[] States(EventBatch batch, string column) => batch.Rows.Columns[View.IndexOf(column)].States.ToArray();
}
