using System.Buffers;
using System.Buffers.Binary;
using MessagePack;
using Signals.Core.Columns;
using Signals.Core.Frames;
using Signals.Core.Schema;
using Signals.Tests.Reliability;
using Signals.Tests.Simulation;

namespace Signals.Tests.Core.Frames;

/// <summary>
/// The decoder of frames in memory accepts, refuses and reads exactly what the parser of single values does; it is only faster where frames
/// have one of the usual forms.
/// </summary>
[Category("Fast")]
internal sealed class EventFrameDecoderTests
{
    private static readonly StoreSchema Schema = StoreSchema.Define(s => s
        .EventType("view", t => t.Field<int>("n").Field<float>("dwell").Text("page").Field<bool>("seen").Bytes("raw")
            .Vector<float>("v", 2).Vector<sbyte>("q", 3).Vector<Half>("h", 2).Field<Half>("half").Field<ulong>("big").Field<sbyte>("tiny")
            .Field<double>("exact").Field<ushort>("a_name_of_more_than_thirty_one_bytes").Field<long>("wide").Field<byte>("b"))
        .EventType("buy", t => t.Field<double>("price").Field<short>("count").Field<uint>("stock"))
        .EventType("bare", _ => { }));

    [TestCase(1UL)]
    [TestCase(2UL)]
    public void TryRead_MutatedFrames_GivesWhatTheParserGives(ulong seed)
    {
        FuzzMutator mutator = new(seed);
        SimRandom random = new(seed);
        Comparison comparison = new();
        for (int i = 0; i < 4_000; i++)
        {
            byte[] good = RandomFrame(ref random);
            comparison.Check(good, $"seed {seed}, frame {i}");
            for (int mutation = 0; mutation < 4; mutation++)
            {
                comparison.Check(mutator.Mutate(good), $"seed {seed}, frame {i}, mutation {mutation}");
            }
        }

        TestContext.Out.WriteLine(comparison);
        Assert.That(comparison.Direct, Is.GreaterThan(1_000), "the fast way is taken");
        Assert.That(comparison.Refused, Is.GreaterThan(1_000));
        Assert.That(comparison.Slow, Is.GreaterThan(1_000), "the other way is taken too");
    }

    [TestCase(false)]
    [TestCase(true)]
    public void TryReadFields_SixtyFourColumnsBehindDroppedOnes_TakesTheFastWay(bool isTwice)
    {
        StoreSchema stored = StoreSchema.Define(s => s.EventType(
            "view", type => Enumerable.Range(0, 70).ToList().ForEach(i => type.Field<int>($"c{i}"))));
        StoreSchema declared = StoreSchema.Define(s => s.EventType("view", type =>
        {
            Enumerable.Range(0, 70).Where(i => i is < 10 or > 15).ToList().ForEach(i => type.Field<int>($"c{i}").RenamedFrom($"old{i}"));
            Enumerable.Range(10, 6).ToList().ForEach(i => type.Dropped($"c{i}"));
        }));
        StoreSchema schema = SchemaEvolution.Resolve(stored, declared, out _);
        DirectFrameParser parser = new(schema, nameInFrames: null);
        byte[] payload =
            [0x95, 1, 0xA4, .. "view"u8, 2, 3, 0x82, 0xA2, .. "c5"u8, 7, .. isTwice ? [0xA4, .. "old5"u8] : (byte[])[0xA3, .. "c69"u8], 8];
        Assert.That(parser.TryReadHead(payload, out DirectHead head));
        EventBatch batch = new(schema["view"]);
        EventRow row = batch.Add(UserId.From(1UL), 2, 3);
        bool isRead = parser.TryReadFields(payload.AsSpan(head.FieldsAt), head.Type, row);
        Assert.That(isRead, Is.EqualTo(!isTwice));
    }

    [Test]
    public void TryCopyFields_AFieldIsNotWhatItsColumnTakes_TakesTheEventOutOfItsBatch()
    {
        StoreSchema schema = new StoreSchemaBuilder().EventType("view", type => type.Field<long>("n").Field<float>("dwell")).Build();
        EventFrameDecoder decoder = new(schema);
        byte[] payload =
            [0x95, 1, 0xA4, .. "view"u8, 2, 3, 0x82, 0xA1, .. "n"u8, 5, 0xA5, .. "dwell"u8, 0xA1, .. "x"u8];
        byte[] frame = [.. BitConverter.GetBytes(payload.Length), .. payload];
        Assert.That(decoder.TryRead(frame, out EventFrame read, out _), Is.EqualTo(FrameReadResult.Event));
        EventBatch batch = new(read.EventType);
        Assert.That(read.TryCopyFields(batch.Add(read.User, read.TimeMs, read.Id), out string reason), Is.False);
        Assert.That((batch.Count, reason), Is.EqualTo((0, reason)));
        Assert.That(reason, Is.Not.Empty);
    }

    [Test]
    public void TryReadHead_WhatTheWriterWrites_IsReadDirectly()
    {
        SimRandom random = new(7);
        DirectFrameParser direct = new(Schema, static column => column.Name);
        ArrayBufferWriter<byte> output = new();
        for (int i = 0; i < 2_000; i++)
        {
            SingleEvent single = RandomEvent(ref random, isPlain: true);
            output.ResetWrittenCount();
            new EventFrameWriter().Write(single, output);
            ReadOnlySpan<byte> payload = output.WrittenSpan[EventFrameFormat.LengthPrefixBytes..];
            Assert.That(direct.TryReadHead(payload, out DirectHead head), Is.True, $"event {i}");
            EventBatch batch = new(direct.TypeOf(head));
            Assert.That(direct.TryReadFields(payload[head.FieldsAt..], head.Type, batch.Add(head.User, head.TimeMs, head.Id)), Is.True);
        }
    }

    [Test]
    public void TryRead_TwoColumnsOfOneNameInFrames_GivesWhatTheParserGives()
    {
        static string Name(ColumnSchema column) => column.Name is "count" or "stock" ? "number" : column.Name;
        Comparison comparison = new(Name);
        comparison.Check(Frame("buy", [("number", 1), ("number", 2)]), "twice");
        comparison.Check(Frame("buy", [("number", 1)]), "once");
        Assert.That((comparison.Direct, comparison.Refused), Is.EqualTo((0, 1)));
    }

    [TestCase(4, FrameReadResult.NeedsMore)]
    [TestCase(0, FrameReadResult.NeedsMore)]
    public void TryRead_BytesThatEndInsideAFrame_NeedsMore(int length, FrameReadResult expected)
    {
        EventFrameDecoder decoder = new(Schema);
        byte[] frame = [5, 0, 0, 0, 1, 2, 3, 4];
        Assert.That(decoder.TryRead(frame.AsSpan(0, length), out _, out string reason), Is.EqualTo(expected));
        Assert.That(decoder.TryRead(frame, out _, out _), Is.EqualTo(FrameReadResult.NeedsMore));
        Assert.That(reason, Is.Empty);
    }

    [Test]
    public void TryRead_ALengthAboveTheLimit_IsRejectedWithoutTheBytes()
    {
        EventFrameDecoder decoder = new(Schema);
        Assert.That(decoder.TryRead([0xFF, 0xFF, 0xFF, 0xFF], out _, out string reason), Is.EqualTo(FrameReadResult.Rejected));
        Assert.That(reason, Is.EqualTo("frame longer than 1,048,576 bytes"));
    }

    /// <summary>A payload in a random form: keys in any order, the array form, names that are unknown, numbers wider than needed.</summary>
    private static byte[] RandomFrame(ref SimRandom random)
    {
        ArrayBufferWriter<byte> output = new();
        if (random.Coin())
        {
            new EventFrameWriter().Write(RandomEvent(ref random, isPlain: false), output);
            return output.WrittenSpan[EventFrameFormat.LengthPrefixBytes..].ToArray();
        }

        string[] keys = ["user", "type", "time", "id", "fields"];
        MessagePackWriter writer = new(output);
        bool isArray = random.Below(4) == 0;
        if (isArray)
        {
            writer.WriteArrayHeader(keys.Length);
        }
        else
        {
            writer.WriteMapHeader(keys.Length);
            int from = random.Below(keys.Length);
            int to = random.Below(keys.Length);
            (keys[from], keys[to]) = (keys[to], keys[from]);
        }

        foreach (string key in keys)
        {
            if (!isArray)
            {
                writer.Write(key);
            }

            WritePart(ref writer, key, ref random);
        }

        writer.Flush();
        return output.WrittenSpan.ToArray();
    }

    private static void WritePart(ref MessagePackWriter writer, string key, ref SimRandom random)
    {
        switch (key)
        {
            case "user" when random.Coin():
                writer.Write("käthe");
                break;
            case "user":
                writer.WriteUInt64((ulong)random.Below(3));
                break;
            case "type":
                writer.Write(Schema.EventTypes[random.Below(3)].Name);
                break;
            case "time":
                writer.WriteInt64(random.Below(2_000) - 1_000);
                break;
            case "id":
                writer.WriteUInt32((uint)random.Below(100));
                break;
            default:
                WriteFields(ref writer, ref random);
                break;
        }
    }

    private static void WriteFields(ref MessagePackWriter writer, ref SimRandom random)
    {
        if (random.Below(8) == 0)
        {
            writer.WriteNil();
            return;
        }

        string[] names = ["n", "dwell", "page", "seen", "half", "big", "tiny", "exact", "price", "count", "stock", "unknown", "b"];
        int count = random.Below(4);
        writer.WriteMapHeader(count);
        for (; count > 0; count--)
        {
            writer.Write(names[random.Below(names.Length)]);
            switch (random.Below(7))
            {
                case 0: writer.Write(random.Below(70_000) - 200); break;
                case 1: writer.Write((double)random.Below(100_000) / 4); break;
                case 2: writer.Write(1e300); break;
                case 3: writer.Write("ä"); break;
                case 4: writer.Write(random.Coin()); break;
                case 5: writer.Write((ulong)long.MaxValue + (ulong)random.Below(2)); break;
                default: writer.WriteNil(); break;
            }
        }
    }

    private static SingleEvent RandomEvent(ref SimRandom random, bool isPlain)
    {
        EventTypeSchema type = Schema.EventTypes[random.Below(Schema.EventTypes.Count)];
        SingleEvent single = new();
        single.Begin(type);
        single.User = random.Coin() ? UserId.From(random.Next() | 1) : UserId.From($"user {random.Below(9)}");
        (single.TimeMs, single.Id) = ((long)random.Next(), random.Next());
        for (int column = 0; column < type.Columns.Count; column++)
        {
            ColumnType value = type.Columns[column].Type;
            switch (random.Below(4))
            {
                case 0:
                    break;
                case 1:
                    single.SetNull(column);
                    break;
                default:
                    Span<byte> bytes = single.Reserve(column, value.IsVariable ? random.Below(40) : value.Width);
                    foreach (ref byte one in bytes)
                    {
                        one = isPlain ? (byte)random.Below(2) : (byte)random.Next();
                    }

                    break;
            }
        }

        return single;
    }

    private static byte[] Frame(string type, (string Name, int Value)[] fields)
    {
        ArrayBufferWriter<byte> output = new();
        MessagePackWriter writer = new(output);
        writer.WriteArrayHeader(EventFrameFormat.ArrayElements);
        writer.Write(1);
        writer.Write(type);
        writer.Write(2);
        writer.Write(3);
        writer.WriteMapHeader(fields.Length);
        foreach ((string name, int value) in fields)
        {
            writer.Write(name);
            writer.Write(value);
        }

        writer.Flush();
        return output.WrittenSpan.ToArray();
    }

    /// <summary>Reads payloads in both ways and compares.</summary>
    private sealed class Comparison(Func<ColumnSchema, string>? names = null)
    {
        private readonly EventFrameDecoder _decoder = new(Schema, names);
        private readonly DirectFrameParser _direct = new(Schema, names ?? (static column => column.Name));
        private readonly EventFrameParser _parser = new(Schema, names ?? (static column => column.Name));
        private readonly EventBatch[] _expected = [.. Schema.EventTypes.Select(type => new EventBatch(type))];
        private readonly EventBatch[] _seen = [.. Schema.EventTypes.Select(type => new EventBatch(type))];

        public int Direct { get; private set; }

        public int Slow { get; private set; }

        public int Refused { get; private set; }

        public void Check(byte[] payload, string what)
        {
            Array.ForEach(_expected, batch => batch.Clear());
            Array.ForEach(_seen, batch => batch.Clear());
            SingleEvent single = new();
            string? expected = _parser.TryParse(payload, single, out string reason) ? null : reason;
            if (expected is null)
            {
                single.AddTo(_expected[single.EventType.Id]);
            }

            Assert.That(Decode(payload), Is.EqualTo(expected), what);
            Refused += expected is null ? 0 : 1;
            for (int type = 0; expected is null && type < _seen.Length; type++)
            {
                Assert.That(Text(_seen[type]), Is.EqualTo(Text(_expected[type])), what);
            }

            bool isDirect = IsDirect(payload);
            Direct += isDirect ? 1 : 0;
            Slow += isDirect || expected is not null ? 0 : 1;
        }

        public override string ToString() => $"direct {Direct}, slow {Slow}, refused {Refused}";

        private string? Decode(byte[] payload)
        {
            byte[] frame = new byte[EventFrameFormat.LengthPrefixBytes + payload.Length];
            BinaryPrimitives.WriteInt32LittleEndian(frame, payload.Length);
            payload.CopyTo(frame, EventFrameFormat.LengthPrefixBytes);
            FrameReadResult result = _decoder.TryRead(frame, out EventFrame read, out string reason);
            if (result != FrameReadResult.Event)
            {
                Assert.That(result, Is.EqualTo(FrameReadResult.Rejected));
                return reason;
            }

            Assert.That(read.Length, Is.EqualTo(frame.Length));
            return read.TryCopyFields(_seen[read.EventType.Id].Add(read.User, read.TimeMs, read.Id), out reason) ? null : reason;
        }

        private bool IsDirect(byte[] payload)
        {
            if (!_direct.TryReadHead(payload, out DirectHead head))
            {
                return false;
            }

            EventBatch batch = new(_direct.TypeOf(head));
            EventRow row = batch.Add(head.User, head.TimeMs, head.Id);
            return !head.HasFields || _direct.TryReadFields(payload.AsSpan(head.FieldsAt), head.Type, row);
        }

        private static string Text(EventBatch batch)
        {
            if (batch.Count == 0)
            {
                return "";
            }

            batch.Rows.FillAbsent();
            string key = $"{batch.UsersHigh[0]:X} {batch.UsersLow[0]:X} {batch.Rows.Times[0]} {batch.Rows.Ids[0]}";
            foreach (ColumnBuffer column in batch.Rows.Columns)
            {
                key += $" {column.GetState(0)}:{Convert.ToHexString(column.GetValue(0))}";
            }

            return key;
        }
    }
}
