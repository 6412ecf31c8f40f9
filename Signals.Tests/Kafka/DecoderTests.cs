using System.Buffers;
using System.Text;
using Signals.Kafka;
using Signals.Tests.Reliability;

namespace Signals.Tests.Kafka;

/// <summary>Records into events, and hostile records into reasons.</summary>
[Category("Fast")]
internal sealed class DecoderTests
{
    private const string Whole = """
        {"fields": {"n": 7, "dwell": 1.5, "page": "a\n\u00e4", "seen": true, "raw": "AQID", "v": [1, 2.5], "q": [1, -2, 3],
        "half": "NaN", "big": 18446744073709551615, "other": [{"x": 1}]}, "user": "alice", "type": "view", "time": 1799999999000, "id": 9}
        """;

    [Test]
    public void Json_EveryKindOfColumn_IsRead()
    {
        DecoderBench bench = new();
        Assert.That(bench.Decode(new JsonRecordDecoder(), Whole), Is.Null);
        string folder = Directory.CreateTempSubdirectory("signals-").FullName;
        StoreOptions options = new() { Durability = Durability.InMemory, MaxFutureTime = TimeSpan.FromDays(3650) };
        using (SignalStore store = SignalStore.Open(folder, DecoderBench.Schema, options))
        {
            EventGroup group = store.CreateGroup("s");
            RecordRows rows = new(group, TimeSpan.FromDays(1), TimeSpan.FromDays(18_000));
            rows.Begin(1_799_999_999_000);
            byte[] value = Encoding.UTF8.GetBytes(Whole);
            Assert.That(new JsonRecordDecoder().TryDecode(new LogRecord([], value, 0, 0), rows, out string reason), Is.True, reason);
            store.AppendGroup(group);
            store.WaitUntilVisibleAsync().GetAwaiter().GetResult();
            using Sequence seen = store.Read(UserId.From("alice"), store.Query("view").Last(1).Build());
            Assert.That((seen.Times[0], seen.Ids[0]), Is.EqualTo((1_799_999_999_000L, 9UL)));
            Assert.That((seen.Field<int>("n")[0], seen.Field<float>("dwell")[0], seen.Field<bool>("seen")[0]), Is.EqualTo((7, 1.5f, true)));
            Assert.That((seen.Text("page", 0), seen.Field<ulong>("big")[0]), Is.EqualTo(("a\nä", ulong.MaxValue)));
            Assert.That(seen.Bytes("raw", 0).ToArray(), Is.EqualTo(new byte[] { 1, 2, 3 }));
            Assert.That(seen.Vector<float>("v").ToArray(), Is.EqualTo(new[] { 1f, 2.5f }));
            Assert.That(seen.Vector<sbyte>("q").ToArray(), Is.EqualTo(new sbyte[] { 1, -2, 3 }));
            Assert.That(Half.IsNaN(seen.Field<Half>("half")[0]), Is.True);
        }

        Directory.Delete(folder, recursive: true);
    }

    [Test]
    public async Task Json_UnderAFormerName_FillsTheColumn()
    {
        StoreSchema schema = StoreSchema.Define(s => s.EventType(
            "view", t => t.Field<int>("gone").Field<int>("count").RenamedFrom("n")));
        await using SignalStore store = SignalStore.InMemory(schema, new StoreOptions { MaxFutureTime = TimeSpan.FromDays(3650) });
        EventGroup group = store.CreateGroup("s");
        RecordRows rows = new(group, TimeSpan.FromDays(1), TimeSpan.FromDays(18_000));
        rows.Begin(1_799_999_999_000);
        byte[] value = Encoding.UTF8.GetBytes("""{"user": 1, "type": "view", "time": 1799999999000, "id": 9, "fields": {"n": 7}}""");
        Assert.That(new JsonRecordDecoder().TryDecode(new LogRecord([], value, 0, 0), rows, out string reason), Is.True, reason);
        store.AppendGroup(group);
        await store.WaitUntilVisibleAsync();
        using Sequence seen = store.Read(UserId.From(1), store.Query("view").Last(1).Build());
        Assert.That((seen.Field<int>("count")[0], seen.Field<int>("gone")[0]), Is.EqualTo((7, 0)));
    }

    /// <summary>A record with an event of a dropped type gives the other events, as on a replica that still has the type.</summary>
    [TestCase("view", 2)]
    [TestCase("page", 2)]
    [TestCase("click", 1)]
    [TestCase("buy", -1)]
    public async Task Json_ArrayWithAnEventOfAType_TakesTheOthersIfItWasDropped(string type, int events)
    {
        RecordRows rows = await RowsOfChangedTypes();
        byte[] value = Encoding.UTF8.GetBytes($$$"""
            [{"type":"{{{type}}}","user":1,"time":1799999999000,"id":1,"fields":{"x":"a"}},
            {"user":1,"type":"view","time":1799999999000,"id":2}]
            """);
        bool isTaken = new JsonRecordDecoder().TryDecode(new LogRecord([], value, 0, 0), rows, out string reason);
        Assert.That((isTaken, isTaken ? rows.Count : -1), Is.EqualTo((events >= 0, events)), reason);
    }

    [TestCase("view", 2)]
    [TestCase("page", 2)]
    [TestCase("click", 1)]
    [TestCase("buy", -1)]
    public async Task Frames_RecordWithAnEventOfAType_TakesTheOthersIfItWasDropped(string type, int events)
    {
        RecordRows rows = await RowsOfChangedTypes();
        ArrayBufferWriter<byte> value = new();
        foreach (string name in (string[])[type, "view"])
        {
            SingleEvent single = new();
            single.Begin(StoreSchema.Define(s => s.EventType(name, t => t.Text("x")))[name]);
            (single.User, single.TimeMs, single.Id) = (UserId.From(1), 1_799_999_999_000, (ulong)name.Length);
            new EventFrameWriter().Write(single, value);
        }

        bool isTaken = new FrameRecordDecoder().TryDecode(new LogRecord([], value.WrittenSpan, 0, 0), rows, out string reason);
        Assert.That((isTaken, isTaken ? rows.Count : -1), Is.EqualTo((events >= 0, events)), reason);
        Assert.That(reason, isTaken ? Is.Empty : Is.EqualTo("not a known event type"));
    }

    /// <summary>Replicas take and refuse the same records, whether they have an event type or dropped it.</summary>
    [TestCase("""{"type":"click","user":1,"time":1799999999000,"id":1,"fields":{"x":"a"}}""", null)]
    [TestCase("""{"type":"hit","user":1,"time":1799999999000,"id":1,"fields":{"x":"a"}}""", null)]
    [TestCase("""{"fields":{"x":[1]},"type":"click","user":1,"time":1799999999000,"id":1}""", "field 'x' is not Text")]
    [TestCase("""{"type":"click","user":1,"time":1799999999000,"id":1,"fields":{"x":"a","x":"b"}}""", "field 'x' is there twice")]
    [TestCase("""{"type":"click","user":1,"time":9799999999000,"id":1}""", "an event's time is too far from the time of its record")]
    [TestCase("""{"type":"click","user_id":"0","time":1799999999000,"id":1}""", "an event's user was not set")]
    [TestCase("""{"type":"click","user":1,"time":1799999999000}""", "no id")]
    public async Task Json_BadEventOfADroppedType_IsRefusedAsWhereTheTypeIsThere(string json, string? reason)
    {
        foreach (StoreSchema schema in DroppedAndNot())
        {
            Assert.That(Decode(new JsonRecordDecoder(), Encoding.UTF8.GetBytes(json), await RowsOf(schema)), Is.EqualTo(reason));
        }
    }

    [TestCase("fine", null)]
    [TestCase("field", "field 'x' is not Text")]
    [TestCase("time", "an event's time is too far from the time of its record")]
    [TestCase("user", "the user is the number 0, which stands for a user that was never set")]
    public async Task Frames_BadEventOfADroppedType_IsRefusedAsWhereTheTypeIsThere(string what, string? reason)
    {
        ArrayBufferWriter<byte> value = new();
        SingleEvent single = new();
        single.Begin(StoreSchema.Define(s => s.EventType("click", t => _ = what == "field" ? t.Field<int>("x") : t.Text("x")))["click"]);
        (single.TimeMs, single.Id) = (what == "time" ? 9_799_999_999_000 : 1_799_999_999_000, 1);
        single.User = what == "user" ? default : UserId.From(1);
        if (what == "field")
        {
            single.Set(0, 7);
        }

        new EventFrameWriter().Write(single, value);
        foreach (StoreSchema schema in DroppedAndNot())
        {
            Assert.That(Decode(new FrameRecordDecoder(), value.WrittenSpan.ToArray(), await RowsOf(schema)), Is.EqualTo(reason));
        }
    }

    /// <summary>A store that never had the event type knows no columns of it, and checks the rest.</summary>
    [Test]
    public async Task Decoders_BadEventOfATypeThatOnlyTheDeclarationDrops_IsRefusedForAllButItsFields()
    {
        StoreSchema never = StoreSchema.Define(s => s.EventType("view", t => t.Field<int>("n")).Dropped("click"));
        foreach (bool isFar in (bool[])[false, true])
        {
            long time = isFar ? 9_799_999_999_000 : 1_799_999_999_000;
            string json = $$$"""{"type":"click","user":1,"time":{{{time}}},"id":1,"fields":{"x":[1]}}""";
            ArrayBufferWriter<byte> frame = new();
            SingleEvent single = new();
            single.Begin(StoreSchema.Define(s => s.EventType("click", t => t.Field<int>("x")))["click"]);
            (single.User, single.TimeMs, single.Id) = (UserId.From(1), time, 1);
            single.Set(0, 7);
            new EventFrameWriter().Write(single, frame);
            string? reason = isFar ? "an event's time is too far from the time of its record" : null;
            Assert.That(Decode(new JsonRecordDecoder(), Encoding.UTF8.GetBytes(json), await RowsOf(never)), Is.EqualTo(reason));
            Assert.That(Decode(new FrameRecordDecoder(), frame.WrittenSpan.ToArray(), await RowsOf(never)), Is.EqualTo(reason));
        }
    }

    [Test]
    public async Task PassOver_OfAsManyAsARecordMayHold_CountsThemAndKeepsNone()
    {
        RecordRows rows = await RowsOf(DroppedAndNot()[0]);
        for (int i = 0; i < RecordRows.MaxEventsPerRecord; i++)
        {
            rows.PassOver(UserId.From(1), 1_799_999_999_000);
        }

        Assert.That(rows.Count, Is.Zero);
        Assert.That(
            () => rows.PassOver(UserId.From(1), 1_799_999_999_000),
            Throws.TypeOf<RecordRejectedException>().With.Message.Contains("more than 65,536 events"));
    }

    // The one that can be taken back is older than the one that is gone: it was renamed to that name afterwards.
    private static StoreSchema[] DroppedAndNot() =>
    [
        StoreSchema.Define(s => s
            .AddDropped("click", t => t.TypeRenamedFrom("hit").Text("x"), isFinal: false)
            .AddDropped("click", t => t.Vector<float>("x", 1), isFinal: true).EventType("view", t => t.Field<int>("n"))),
        StoreSchema.Define(s => s.EventType("click", t => t.TypeRenamedFrom("hit").Text("x")).EventType("view", t => t.Field<int>("n"))),
    ];

    private static string? Decode(IRecordDecoder decoder, byte[] value, RecordRows rows)
    {
        try
        {
            return decoder.TryDecode(new LogRecord([], value, 0, 0), rows, out string reason) ? null : reason;
        }
        catch (RecordRejectedException refused)
        {
            return refused.Message;
        }
    }

    // As of a store whose type click is gone, and whose type page is called view now.
    private static Task<RecordRows> RowsOfChangedTypes() => RowsOf(StoreSchema.Define(s => s
        .AddDropped("click", t => t.Text("x"), isFinal: true).EventType("view", t => t.TypeRenamedFrom("page").Field<int>("n"))));

    private static async Task<RecordRows> RowsOf(StoreSchema schema)
    {
        await using SignalStore store = SignalStore.InMemory(schema, new StoreOptions { MaxFutureTime = TimeSpan.FromDays(3650) });
        RecordRows rows = new(store.CreateGroup("s"), TimeSpan.FromDays(1), TimeSpan.FromDays(18_000));
        rows.Begin(1_799_999_999_000);
        return rows;
    }

    [TestCase("""[{"user":1,"type":"buy","time":1799999999000,"id":1},{"user_id":"2","type":"buy","time":1799999999000,"id":1}]""", 2)]
    [TestCase("[]", 0)]
    [TestCase("""{"user":1,"type":"buy","time":1799999999000,"id":1,"fields":null}""", 1)]
    public void Json_Forms_AreRead(string json, int events)
    {
        DecoderBench bench = new();
        Assert.That(bench.Decode(new JsonRecordDecoder(), json), Is.Null);
        Assert.That((bench.Group.Count, bench.Rows.Count), Is.EqualTo((events, events)));
    }

    [TestCase("{", "not JSON")]
    [TestCase("7", "the record is neither an object nor an array of objects")]
    [TestCase("[7]", "an element is not an object")]
    [TestCase("[] {}", "not JSON")]
    [TestCase("{}", "no user")]
    [TestCase("""{"user":1,"user_id":"1"}""", "a key of the event is there twice")]
    [TestCase("""{"user":-1}""", "'user' is not an unsigned number or a name")]
    [TestCase("""{"user":""}""", "'user' is not an unsigned number or a name")]
    [TestCase("""{"user":"\ud800"}""", "'user' is not an unsigned number or a name")]
    [TestCase("""{"user_id":"00"}""", "'user_id' is not a decimal number or 32 hexadecimal digits, as a string")]
    [TestCase("""{"type":"sale"}""", "not a known event type")]
    [TestCase("""{"time":1.5}""", "'time' is not a whole number of milliseconds")]
    [TestCase("""{"id":-1}""", "'id' is not an unsigned number")]
    [TestCase("""{"fields":[]}""", "'fields' is not an object")]
    [TestCase("""{"user":1,"type":"view","time":1799999999000,"id":1,"fields":{"n":1.5}}""", "field 'n' is not Int32")]
    [TestCase("""{"user":1,"type":"view","time":1799999999000,"id":1,"fields":{"n":1,"n":2}}""", "field 'n' is there twice")]
    [TestCase("""{"user":1,"type":"view","time":1799999999000,"id":1,"fields":{"v":[1]}}""", "field 'v' is not VectorFloat32[2]")]
    [TestCase("""{"user":0,"type":"buy","time":1799999999000,"id":1}""", "an event's user was not set")]
    [TestCase("""{"user":1,"type":"buy","time":1900000000000,"id":1}""", "an event's time is too far from the time of its record")]
    public void Json_WhatIsNoEvent_IsRefusedWithItsReason(string json, string reason) =>
        Assert.That(new DecoderBench().Decode(new JsonRecordDecoder(), json), Is.EqualTo(reason));

    [Test]
    public void Frames_SeveralInARecord_AreAllRead()
    {
        DecoderBench bench = new();
        FrameRecordDecoder decoder = new();
        byte[] three = Frames(3);
        for (int time = 0; time < 3; time++)
        {
            Assert.That(bench.Decode(decoder, three), Is.Null);
            Assert.That(bench.Group.Count, Is.EqualTo(3));
        }
    }

    [Test]
    public void Frames_CutShort_AreRefusedAndTheNextRecordIsRead()
    {
        DecoderBench bench = new();
        FrameRecordDecoder decoder = new();
        byte[] three = Frames(3);
        for (int length = 1; length < three.Length; length++)
        {
            string? reason = bench.Decode(decoder, three.AsSpan(0, length));
            Assert.That(reason, length % (three.Length / 3) == 0 ? Is.Null : Is.EqualTo("the record ends inside a frame"), $"{length}");
            Assert.That(bench.Decode(decoder, three), Is.Null, $"after {length}");
            Assert.That(bench.Group.Count, Is.EqualTo(3));
        }
    }

    [Test]
    public void Frames_LongerThanTheLimit_AreRefusedAndTheNextRecordIsRead()
    {
        DecoderBench bench = new();
        FrameRecordDecoder decoder = new();
        Assert.That(bench.Decode(decoder, [0xFF, 0xFF, 0xFF, 0x7F, 1, 2, 3]), Does.StartWith("frame longer than"));
        Assert.That(bench.Decode(decoder, Frames(2)), Is.Null);
        Assert.That(bench.Group.Count, Is.EqualTo(2), "the next record is not skipped as the rest of the long frame");
    }

    [TestCase(1UL)]
    [TestCase(2UL)]
    public void Decoders_HostileRecords_AreRefusedOrRead(ulong seed)
    {
        FuzzMutator mutator = new(seed);
        (IRecordDecoder Decoder, byte[] Good)[] all =
            [(new FrameRecordDecoder(), Frames(3)), (new JsonRecordDecoder(), Encoding.UTF8.GetBytes(Whole))];
        foreach ((IRecordDecoder decoder, byte[] good) in all)
        {
            DecoderBench bench = new();
            int refused = 0;
            for (int i = 0; i < 3000; i++)
            {
                byte[] bytes = mutator.Mutate(good);
                string? first = bench.Decode(decoder, bytes);
                int events = bench.Group.Count;
                Assert.That(bench.Decode(decoder, bytes), Is.EqualTo(first), $"seed {seed}, {i}: decoding is deterministic");
                Assert.That(bench.Group.Count, Is.EqualTo(events));
                refused += first is null ? 0 : 1;
            }

            Assert.That(refused, Is.InRange(1000, 2999));
            Assert.That(bench.Decode(decoder, good), Is.Null);
        }
    }

    [Test]
    public void Decoders_ValidRecords_AllocateNothing()
    {
        DecoderBench bench = new();
        FrameRecordDecoder frames = new();
        JsonRecordDecoder json = new();
        byte[] records = Frames(64);
        byte[] text = Encoding.UTF8.GetBytes(Whole);
        for (int i = 0; i < 50; i++)
        {
            bench.Decode(frames, records);
            bench.Decode(json, text);
        }

        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 100; i++)
        {
            bench.Decode(frames, records);
            bench.Decode(json, text);
        }

        Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.Zero);
    }

    private static byte[] Frames(int count)
    {
        ArrayBufferWriter<byte> output = new();
        EventFrameWriter writer = new();
        SingleEvent single = new();
        for (int i = 0; i < count; i++)
        {
            single.Begin(DecoderBench.Schema["view"]);
            (single.User, single.TimeMs, single.Id) = (UserId.From(5), 1_799_999_999_000, (ulong)i);
            single.Set(0, 7);
            writer.Write(single, output);
        }

        return output.WrittenSpan.ToArray();
    }
}
