using System.Text;

namespace Signals.Tests.Generators;

/// <summary>Typed events on a real store.</summary>
[Category("Fast")]
internal sealed class TypedEventTests
{
    private static readonly UserId Alice = UserId.From("alice");

    [Test]
    public void Of_TypedEvents_IsTheSchemaThatOneWouldWrite()
    {
        StoreSchema schema = StoreSchema.Of<Visit, Click>();
        EventTypeSchema visit = schema["visit"];
        Assert.That(
            visit.Columns.Select(column => $"{column.Name} {column}"),
            Is.EqualTo(new[]
            {
                "item field Int64", "dwell_seconds field Float32", "embedding field VectorFloat16[4]", "country field Text",
                "item_price enrichment Float32",
            }));
        Assert.That((visit.KeepLast, visit.MaxAge), Is.EqualTo((500, (TimeSpan?)TimeSpan.FromDays(90))));
        Assert.That(schema["click"].Window, Is.EqualTo(TimeSpan.FromDays(1)));
        Assert.That(Visit.EmbeddingDimensions, Is.EqualTo(4));
    }

    [TestCase(false)]
    [TestCase(true)]
    public async Task Read_RandomEventsOfEveryKind_AreThoseThatWereAppended(bool flushed)
    {
        int seed = Environment.TickCount;
        TestContext.Out.WriteLine($"seed {seed}");
        Random random = new(seed);
        using TypedStore own = new();
        long now = TypedStore.Now.ToUnixTimeMilliseconds();
        EveryKind[] events = [.. Enumerable.Range(0, 200).Select(i => EveryKind.Random(random, Alice, now - (i * 1000L), (ulong)i))];
        await own.Store.AppendAsync(events.AsSpan(0, 100));
        foreach (EveryKind single in events[100..110])
        {
            await own.Store.AppendAsync(single);
        }

        EventBatch batch = own.Store.CreateBatch<EveryKind>();
        foreach (ref readonly EveryKind one in events.AsSpan(110))
        {
            batch.Add(one);
        }

        await own.Store.AppendAsync(batch);
        if (flushed)
        {
            await own.Store.FlushAsync();
        }

        string[] expected = [.. events.Select(one => one.Describe())];
        EventQuery<EveryKind> all = own.Store.Query<EveryKind>();
        Assert.That(all.Read(Alice).ToArray().Select(one => one.Describe()), Is.EqualTo(expected));
        Assert.That(Walk(all), Is.EqualTo(expected));
        Assert.That(WalkRows(all), Is.EqualTo(expected));
        Assert.That(all.Last(7).Read(Alice).ToArray().Select(one => one.Describe()), Is.EqualTo(expected[..7]));
        Assert.That(all.OldestFirst().Read(Alice).ToArray().Select(one => one.Describe()), Is.EqualTo(expected.Reverse()));
        Assert.That(
            all.Between(now - 20_000, now - 9_000).Last(5).OldestFirst().Read(Alice).ToArray().Select(one => one.Describe()),
            Is.EqualTo(expected[10..15].Reverse()));
    }

    [Test]
    public async Task Append_NullAndUnset_AreAbsentOrNullAsDocumented()
    {
        using TypedStore own = new();
        await own.Store.AppendAsync(new EveryKind(Alice, TypedStore.Now, 1));
        using Sequence sequence = own.Store.Read(Alice, own.Store.Query("every_kind").Build());
        foreach (string column in new[] { "flag", "int8", "int64", "float16", "day", "bytes" })
        {
            Assert.That(sequence.States(column)[0], Is.EqualTo(ColumnState.Value), column);
        }

        foreach (string column in new[]
        {
            "flag_or_null", "u_int8", "float32", "day_or_null", "text", "blob", "halves", "floats", "codes", "price",
        })
        {
            Assert.That(sequence.States(column)[0], Is.EqualTo(ColumnState.Absent), column);
        }

        Assert.That(sequence.States("float64_or_null")[0], Is.EqualTo(ColumnState.Null));
        Assert.That(sequence.States("query")[0], Is.EqualTo(ColumnState.Null));
    }

    [Test]
    public async Task Read_RowsOfAnOlderSchema_LackTheNewColumns()
    {
        using TypedStore own = new(StoreSchema.Define(s => s.EventType("visit", t => t.Text("extra").Field<float>("dwell_seconds"))));
        EventBatch batch = own.Store.CreateBatch("visit");
        batch.Add(Alice, TypedStore.Now, 1).Set("dwell_seconds", 2.5f).Set("extra", "x");
        await own.Store.AppendAsync(batch);
        own.Reopen(StoreSchema.Of<Visit>());
        await own.Store.AppendAsync(new Visit(Alice, TypedStore.Now.AddSeconds(1), 2) { Item = 7, Country = "pt" });
        Visit[] visits = own.Store.Query<Visit>().Read(Alice).ToArray();
        Assert.That(visits.Select(visit => (visit.Item, visit.DwellSeconds, visit.Country)), Is.EqualTo(new (long, float?, string?)[]
        {
            (7, null, "pt"), (0, 2.5f, null),
        }));
    }

    [Test]
    public void Query_OfAnEventThatTheSchemaLacks_SaysWhatIsMissing()
    {
        using TypedStore own = new(StoreSchema.Of<Visit>());
        Assert.That(() => own.Store.Query<Click>(), Throws.ArgumentException.With.Message.Contains("'click'").And.Message.Contains("Of"));
        Assert.That(() => own.Store.CreateBatch<Click>(), Throws.ArgumentException.With.Message.Contains("'click'"));
        own.Reopen(StoreSchema.Define(s => s.EventType("click", t => t.Field<long>("item").Field<double>("seconds"))));
        Assert.That(
            () => own.Store.Query<Click>(),
            Throws.ArgumentException.With.Message.Contains("'click.seconds' as field Float32").And.Message.Contains("Float64"));
    }

    [Test]
    public void Query_OfNoStore_Throws() => Assert.That(() => default(EventQuery<Visit>).Last(1), Throws.InvalidOperationException);

    [Test]
    public async Task Query_MadeTwice_IsEqual()
    {
        using TypedStore own = new();
        await own.Store.AppendAsync(new Visit(Alice, TypedStore.Now, 1));
        EventQuery<Visit> one = own.Store.Query<Visit>().Last(5).OldestFirst();
        Assert.That(own.Store.Query<Visit>().OldestFirst().Last(5) == one, Is.True);
        Assert.That(one.NewestFirst() != one, Is.True);
        Assert.That(one.GetHashCode(), Is.EqualTo(own.Store.Query<Visit>().Last(5).OldestFirst().GetHashCode()));
    }

    [Test]
    public async Task Read_UnknownUser_SaysSo()
    {
        using TypedStore own = new();
        await own.Store.AppendAsync(new Visit(Alice, TypedStore.Now, 1));
        using EventSequence<Visit> nobody = own.Store.Query<Visit>().Read(UserId.From("bob"));
        Assert.That((nobody.Status, nobody.Count), Is.EqualTo((SequenceStatus.UnknownUser, 0)));
    }

    [Test]
    public async Task Group_TypedEvents_GoToTheBatchesOfTheirTypes()
    {
        using TypedStore own = new();
        EventGroup group = own.Store.CreateGroup("topic/0");
        group.Add(new Visit(Alice, TypedStore.Now, 1) { Item = 1 });
        group.Add(new Click { Member = Alice, TimeMs = TypedStore.Now.ToUnixTimeMilliseconds(), Id = 2, Item = 2, Seconds = 1.5f });
        group.Position = 9;
        await own.Store.AppendGroupAsync(group);
        Assert.That(own.Store.Query<Visit>().Read(Alice).ToArray().Single().Item, Is.EqualTo(1));
        Click click = own.Store.Query<Click>().Read(Alice).ToArray().Single();
        Assert.That((click.Member, click.Id, click.Item, click.Seconds), Is.EqualTo((Alice, 2UL, 2L, (float?)1.5f)));
    }

    [Test]
    public async Task Sequence_IndexedAndAsColumns_ShowsTheSameEvents()
    {
        using TypedStore own = new();
        DateTimeOffset now = TypedStore.Now;
        await own.Store.AppendAsync([new Visit(Alice, now, 1) { Item = 1 }, new Visit(Alice, now.AddSeconds(1), 2) { Item = 2 }]);
        using EventSequence<Visit> visits = own.Store.Query<Visit>().Read(Alice);
        Assert.That((visits[0].Item, visits[1].Item, visits.Count), Is.EqualTo((2L, 1L, 2)));
        Assert.That(visits.Columns.Field<long>("item").ToArray(), Is.EqualTo(new[] { 2L, 1L }));
        Exception? outside = null;
        try
        {
            _ = visits[2];
        }
        catch (ArgumentOutOfRangeException error)
        {
            outside = error; // expected
        }

        Assert.That(outside, Is.Not.Null);
    }

    [Test]
    public async Task AppendAsync_OfSeveral_IsRefusedWholeWhenOneIsWrong()
    {
        using TypedStore own = new();
        Visit good = new(Alice, TypedStore.Now, 1);
        Assert.That(async () => await own.Store.AppendAsync([good, good with { Embedding = new Half[3] }]), Throws.ArgumentException);
        Assert.That(async () => await own.Store.AppendAsync([good, good with { User = default }]), Throws.ArgumentException);
        Assert.That(async () => await own.Store.AppendAsync([good, good with { Time = default }]), Throws.ArgumentException);
        Assert.That(
            async () => await own.Store.AppendAsync([good, good with { Time = TypedStore.Now.AddYears(3) }]),
            Throws.InstanceOf<EventRejectedException>());
        Assert.That(own.Store.Query<Visit>().Read(Alice).ToArray(), Is.Empty);
        await own.Store.AppendAsync(good); // what was refused left nothing behind
        Assert.That(own.Store.Query<Visit>().Read(Alice).ToArray(), Has.Length.EqualTo(1));
    }

    [Test]
    public void Add_OfAnEventThatFails_LeavesTheBatchAsItWas()
    {
        EventBatch batch = new(StoreSchema.Of<Visit>()["visit"]);
        Visit good = new(Alice, TypedStore.Now, 1) { Item = 1 };
        batch.Add(good);
        Assert.That(
            () => batch.Add(good with { Id = 2, DwellSeconds = 1, Embedding = new Half[3] }),
            Throws.ArgumentException.With.Message.Contains("3 components"));
        Assert.That(() => batch.Add(new Click()), Throws.ArgumentException.With.Message.Contains("'click'"));
        batch.Add(good with { Id = 3, Item = 3 });
        batch.Rows.FillAbsent();
        Assert.That(batch.Rows.Ids.ToArray(), Is.EqualTo(new ulong[] { 1, 3 }));
        Assert.That(batch.Rows.Columns[1].States.ToArray(), Is.EqualTo(new byte[] { 0, 0 }));
    }

    private static List<string> Walk(EventQuery<EveryKind> query)
    {
        List<string> walked = [];
        foreach (EveryKind one in query.Read(Alice))
        {
            walked.Add(one.Describe());
        }

        return walked;
    }

    private static ColumnState[] StatesOf(EventQuery<EveryKind> query, string column)
    {
        using EventSequence<EveryKind> events = query.Read(Alice);
        return events.Columns.States(column).ToArray();
    }

    private static List<string> WalkRows(EventQuery<EveryKind> query)
    {
        List<string> walked = [];
        ColumnState[] hasBlob = StatesOf(query, "blob");
        foreach (EveryKind.Row row in query.Read(Alice).As<EveryKind.Row>())
        {
            Assert.That(Encoding.UTF8.GetString(row.TextUtf8), Is.EqualTo(row.Text ?? ""));
            EveryKind one = new(row.User, row.Time, row.Id)
            {
                Flag = row.Flag,
                FlagOrNull = row.FlagOrNull,
                Int8 = row.Int8,
                UInt8 = row.UInt8,
                Int16 = row.Int16,
                UInt16 = row.UInt16,
                Int32 = row.Int32,
                UInt32 = row.UInt32,
                Int64 = row.Int64,
                UInt64 = row.UInt64,
                Float16 = row.Float16,
                Float32 = row.Float32,
                Float64 = row.Float64,
                Float64OrNull = row.Float64OrNull,
                Day = row.Day,
                DayOrNull = row.DayOrNull,
                Text = row.Text,
                TextOrNull = row.TextOrNull,
                Bytes = row.Bytes.ToArray(),
                Halves = row.Halves.ToArray(),
                Price = row.Price,
                Blob = hasBlob[walked.Count] == ColumnState.Value ? row.Blob.ToArray() : null,
                Floats = row.Floats.IsEmpty ? default(ReadOnlyMemory<float>?) : row.Floats.ToArray(),
                Codes = row.Codes.IsEmpty ? null : row.Codes.ToArray(),
            };
            walked.Add(one.Describe());
        }

        return walked;
    }
}
