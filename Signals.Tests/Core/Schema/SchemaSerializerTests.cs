using MessagePack;
using Signals.Core.Schema;

namespace Signals.Tests.Core.Schema;

/// <summary>The stored form: identity, its pinned bytes, and that no bytes do harm.</summary>
[Category("Fast")]
internal sealed class SchemaSerializerTests
{
    private const string Golden =
        "92019295A476696577CD01F4CF00000001CF7C5800CE05265C009A94AD6477656C6C5F7365636F6E6473000B0194A6616374" +
        "696F6E00060194A669735F6E657700010194A7636F756E74727900140194A4626C6F6200150194AE6974656D5F656D626564" +
        "64696E67001F4094A57072696365010B0194A56272616E6401140194A372617701150194A165011E4095A5636C69636BCE7F" +
        "FFFFFFC0CE9A7EC8009194A46974656D000901";

    // Version 2: as version 1, with the former names of each column, and whether it was dropped.
    private const string GoldenOfRenames =
        "92029195A476696577CE7FFFFFFFC0CE9A7EC8009496A46974656D00080192A26964A76974656D5F6964C096A7636F756E74727900140190C0"
        + "96A4676F6E6500140191A46974656DFF96A5676F696E670114019005";

    // Version 3: as version 2, with the kind that each column had at first.
    private const string GoldenOfWidened =
        "92039195A476696577CE7FFFFFFFC0CE9A7EC8009397A46974656D00080191A26964C00697A376656300200490C01E97A4676F6E65000C0190FF0B";

    // Version 4: as version 3, with the former names of each event type, and whether it was dropped.
    private const string GoldenOfTypes =
        "92049497A9706167655F76696577CE7FFFFFFFC0CE9A7EC8009197A46974656D00080191A76974656D5F6964C00892A470616765A476696577C0"
        + "97A476696577CE7FFFFFFFC0CE9A7EC8009197A17800140190C01491A5636C69636BFF97A3746170CE7FFFFFFFC0CE9A7EC80090900597A3627579"
        + "03C0CE9A7EC8009090C0";

    [Test]
    public void Write_RenamedAndDroppedTypes_NeverChangesItsBytes()
    {
        byte[] bytes = SchemaSerializer.Write(Types());
        Assert.That(Convert.ToHexString(bytes), Is.EqualTo(GoldenOfTypes).NoClip);
        StoreSchema read = SchemaSerializer.Read(bytes);
        Assert.That(
            read.EventTypes.Select(
                type => $"{type.Id} {type.Name} {string.Join(',', type.FormerNames)} {type.Drop.SinceMs} {type.IsDropFinal}"),
            Is.EqualTo(["0 page_view page,view 0 False", "1 view click 0 True", "2 tap  5 False", "3 buy  0 False"]));
        Assert.That(read.EventTypes.Select(type => type.IsDropped), Is.EqualTo(new[] { false, true, true, false }));
        Assert.That(read["view"].Id, Is.EqualTo(0), "the live one");
        Assert.That(read["view"].Columns[0].FormerNames, Is.EqualTo(new[] { "item_id" }));
        Assert.That((read.TryGet("click", out _), read.TryGet("tap", out _)), Is.EqualTo((false, false)));
    }

    /// <summary>Bytes from outside may have this many names. To hold each against all others would take minutes.</summary>
    [Test]
    public void Read_AsManyNamesAsAllowed_AllocatesInProportion([Values] bool ofColumns)
    {
        StoreSchema schema = StoreSchema.Define(s =>
        {
            if (ofColumns)
            {
                s.EventType("view", t => Each(SchemaLimits.MaxColumns, i =>
                {
                    t.Field<int>($"c{i}");
                    Each(SchemaLimits.MaxFormerNames, j => t.RenamedFrom($"c{i}.{j}"));
                }));
            }
            else
            {
                Each(SchemaLimits.MaxEventTypes, i => s.EventType(
                    $"t{i}", t => Each(SchemaLimits.MaxFormerNames, j => t.TypeRenamedFrom($"t{i}.{j}"))));
            }
        });
        byte[] bytes = SchemaSerializer.Write(schema);
        long before = GC.GetAllocatedBytesForCurrentThread();
        StoreSchema read = SchemaSerializer.Read(bytes);
        Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.LessThan(256L << 20));
        Assert.That(ofColumns ? read["view"].IndexOf("c1023.31") : read["t1023.31"].Id, Is.EqualTo(1023));

        static void Each(int count, Action<int> action)
        {
            for (int i = 0; i < count; i++)
            {
                action(i);
            }
        }
    }

    [Test]
    public void Write_Widened_NeverChangesItsBytes()
    {
        byte[] bytes = SchemaSerializer.Write(Widened());
        Assert.That(Convert.ToHexString(bytes), Is.EqualTo(GoldenOfWidened).NoClip);
        EventTypeSchema read = SchemaSerializer.Read(bytes)["view"];
        Assert.That(
            read.Columns.Select(c => $"{c.Name} {c.FirstType} {c.Type} {c.IsDropped}"),
            Is.EqualTo(["item Int32 Int64 False", "vec VectorInt8[4] VectorFloat32[4] False", "gone Float32 Float64 True"]));
    }

    [Test]
    public void Write_FormerNames_NeverChangesItsBytes()
    {
        byte[] bytes = SchemaSerializer.Write(Renamed());
        Assert.That(Convert.ToHexString(bytes), Is.EqualTo(GoldenOfRenames).NoClip);
        EventTypeSchema read = SchemaSerializer.Read(bytes)["view"];
        Assert.That(
            read.Columns.Select(c => $"{c.Name} {string.Join(',', c.FormerNames)}"),
            Is.EqualTo(["item id,item_id", "country ", "gone item", "going "]));
        Assert.That(
            read.Columns.Select(c => c.Drop), Is.EqualTo(new[] { default, default, DropState.Final, DropState.At(5) }));
        Assert.That(read.IndexOf("gone"), Is.EqualTo(-1));
    }

    [Test]
    public void Read_FormerNamesAndTypesDamaged_IsRefusedOrObeysTheLimits([Values(2, 3, 4)] int version)
    {
        byte[] bytes = SchemaSerializer.Write(version == 2 ? Renamed() : version == 3 ? Widened() : Types());
        Assert.That(bytes[1], Is.EqualTo(version));
        for (int bit = 0; bit < bytes.Length * 8; bit++)
        {
            bytes[bit / 8] ^= (byte)(1 << (bit % 8));
            try
            {
                StoreSchema schema = SchemaSerializer.Read(bytes);
                string[] names = [.. schema.EventTypes[0].Columns.Where(c => !c.IsDropped).SelectMany(c => c.AllNames())];
                Assert.That(names, Is.Unique, $"bit {bit}");
                Assert.That(schema.EventTypes.Where(t => !t.IsDropped).SelectMany(t => t.AllNames()), Is.Unique, $"bit {bit}");
                Assert.That(schema.EventTypes.Any(t => !t.IsDropped), $"bit {bit}");
                Assert.That(
                    schema.EventTypes[0].Columns, Is.All.Matches<ColumnSchema>(c => c!.Type.Holds(c.FirstType)), $"bit {bit}");
            }
            catch (Exception error) when (error is InvalidDataException or SchemaMismatchException)
            {
            }

            bytes[bit / 8] ^= (byte)(1 << (bit % 8));
        }
    }

    [Test]
    public void Read_WhatWasWritten_IsTheSameSchema()
    {
        StoreSchema schema = SchemaSamples.Full();
        StoreSchema read = SchemaSerializer.Read(SchemaSerializer.Write(schema));

        Assert.That(read.EventTypes, Has.Count.EqualTo(schema.EventTypes.Count));
        foreach ((EventTypeSchema a, EventTypeSchema b) in read.EventTypes.Zip(schema.EventTypes))
        {
            Assert.That((a.Name, a.Id, a.KeepLast, a.MaxAge, a.Window), Is.EqualTo((b.Name, b.Id, b.KeepLast, b.MaxAge, b.Window)));
            Assert.That(a.Columns.Select(Describe), Is.EqualTo(b.Columns.Select(Describe)));
        }
    }

    [Test]
    public void Write_KnownSchema_NeverChangesItsBytes() =>
        Assert.That(Convert.ToHexString(SchemaSerializer.Write(SchemaSamples.Full())), Is.EqualTo(Golden).NoClip);

    [Test]
    public void Read_NewerVersion_IsRefusedAsSuch()
    {
        byte[] bytes = SchemaSerializer.Write(SchemaSamples.Full());
        bytes[1] = SchemaSerializer.Version + 1;
        Assert.That(() => SchemaSerializer.Read(bytes), Throws.TypeOf<SchemaMismatchException>().With.Message.Contains("format 5"));
    }

    [Test]
    public void Read_Truncated_IsRefusedAtEveryLength()
    {
        byte[] bytes = SchemaSerializer.Write(SchemaSamples.Full());
        for (int length = 0; length < bytes.Length; length++)
        {
            Assert.That(() => SchemaSerializer.Read(bytes.AsMemory(0, length)), Throws.TypeOf<InvalidDataException>(), $"{length} bytes");
        }
    }

    [Test]
    public void Read_TrailingByte_IsRefused()
    {
        byte[] bytes = [.. SchemaSerializer.Write(SchemaSamples.Full()), 0xC0];
        Assert.That(() => SchemaSerializer.Read(bytes), Throws.TypeOf<InvalidDataException>());
    }

    [Test]
    public void Read_EveryBitFlipped_IsRefusedOrObeysTheLimits()
    {
        byte[] bytes = SchemaSerializer.Write(SchemaSamples.Full());
        for (int bit = 0; bit < bytes.Length * 8; bit++)
        {
            bytes[bit / 8] ^= (byte)(1 << (bit % 8));
            try
            {
                StoreSchema schema = SchemaSerializer.Read(bytes);
                Assert.That(
                    schema.EventTypes, Is.All.Matches<EventTypeSchema>(t => t!.KeepLast > 0 && t.Window > TimeSpan.Zero), $"bit {bit}");
            }
            catch (Exception error) when (error is InvalidDataException or SchemaMismatchException)
            {
            }

            bytes[bit / 8] ^= (byte)(1 << (bit % 8));
        }
    }

    [TestCase("93FFFFFFFF", Description = "three items where two belong")]
    [TestCase("9201DD7FFFFFFF", Description = "two billion event types")]
    [TestCase("92019195DBFFFFFFFF", Description = "a name of four gigabytes")]
    [TestCase("92019195A161017B", Description = "cut inside an event type")]
    [TestCase("920190", Description = "no event types")]
    [TestCase("92029195A16101C0CE05265C009195A163000301DD7FFFFFFF", Description = "two billion former names")]
    [TestCase("92039195A16101C0CE05265C009197A16300080190C00B", Description = "a long that was a float at first")]
    [TestCase("92039195A16101C0CE05265C009197A16300080190C063", Description = "a first kind that is unknown")]
    [TestCase("92039195A16101C0CE05265C009196A16300080190C0", Description = "no first kind")]
    [TestCase("92049197A16101C0CE05265C0090DD7FFFFFFFC0", Description = "two billion former names of an event type")]
    [TestCase("92049197A16101C0CE05265C00909081FF", Description = "a drop that is a map")]
    [TestCase("92049197A16101C0CE05265C009090FE", Description = "a drop before all times")]
    [TestCase("92049197A16101C0CE05265C009090FF", Description = "no event type that is not dropped")]
    [TestCase("92049197A16101C0CE05265C009091A161C0", Description = "a former name that is the name")]
    [TestCase("92049297A16101C0CE05265C009090C097A16201C0CE05265C009091A161C0", Description = "a former name that is another type's")]
    [TestCase("92049195A16101C0CE05265C0090", Description = "an event type of version 3")]
    public void Read_Hostile_IsRefusedWithoutAllocatingForIt(string hex)
    {
        byte[] bytes = Convert.FromHexString(hex);
        long before = GC.GetAllocatedBytesForCurrentThread();
        Assert.That(() => SchemaSerializer.Read(bytes), Throws.TypeOf<InvalidDataException>());
        Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.LessThan(1 << 20));
    }

    [Test]
    public void Read_UnknownColumnKind_IsRefused()
    {
        var buffer = new System.Buffers.ArrayBufferWriter<byte>();
        var writer = new MessagePackWriter(buffer);
        writer.WriteRaw(Convert.FromHexString("92019195A16101C0CE05265C0091"));
        writer.WriteRaw(Convert.FromHexString("94A16300CC6301"));
        writer.Flush();
        Assert.That(
            () => SchemaSerializer.Read(buffer.WrittenMemory),
            Throws.TypeOf<InvalidDataException>().With.Message.Contains("99"));
    }

    private static StoreSchema Types() => StoreSchema.Define(s => s
        .EventType("page_view", t => t.TypeRenamedFrom("view").TypeRenamedFrom("page").Field<long>("item").RenamedFrom("item_id"))
        .Add(Gone(), DropState.Final)
        .Add(new EventTypeBuilder("tap"), DropState.At(5))
        .EventType("buy", t => t.KeepLast(3)));

    private static EventTypeBuilder Gone() => new EventTypeBuilder("view").TypeRenamedFrom("click").Text("x");

    private static StoreSchema Widened() => StoreSchema.Define(s => s.EventType(
        "view", t => t
            .Field<long>("item").RenamedFrom("id").WidenedFrom(ColumnType.Scalar<int>())
            .Vector<float>("vec", 4).WidenedFrom(ColumnType.Vector<sbyte>(4))
            .AddDropped("gone", ColumnType.Scalar<double>(), ColumnRole.Field, [], DropState.Final)
            .WidenedFrom(ColumnType.Scalar<float>())));

    private static StoreSchema Renamed() => StoreSchema.Define(s => s.EventType(
        "view", t => t.Field<long>("item").RenamedFrom("item_id").RenamedFrom("id").Text("country")
            .AddDropped("gone", ColumnType.Text, ColumnRole.Field, ["item"], DropState.Final)
            .AddDropped("going", ColumnType.Text, ColumnRole.Enrichment, [], DropState.At(5))));

    private static string Describe(ColumnSchema column) => $"{column.Id} {column.Name} {column}";
}
