using System.Buffers.Binary;
using System.Text;
using Signals.Core.Ingest;

namespace Signals.Tests.Core.Ingest;

[Category("Fast")]
[TestFixture]
internal sealed class GroupRecordTests
{
    // docs/formats/batch-record.md: header, position 300, name of 3 bytes, zeros, "abc" padded, one record of one event of type 1.
    private const string Golden = """
        A0000000 04 01 0000
        2C01000000000000 0300 000000000000
        6162630000000000
        """;

    // The same in version 2: a fingerprint of 4096 bytes, generation 2, incarnation 0x0102...10.
    private const string Golden2 = """
        B0000000 04 02 0000
        2C01000000000000 0300 0010 02000000
        100F0E0D0C0B0A090807060504030201
        6162630000000000
        """;

    private static readonly StoreSchema Schema = StoreSchema.Define(s => s
        .EventType("view", t => t.Field<int>("a")).EventType("click", t => t.Field<int>("a")));

    [Test]
    public void Write_OneEvent_BeginsWithTheDocumentedBytes()
    {
        byte[] bytes = Encode(Sample());
        string golden = Golden.Replace(" ", "", StringComparison.Ordinal).ReplaceLineEndings("");
        Assert.That(Convert.ToHexString(bytes)[8..golden.Length], Is.EqualTo(golden[8..]));
        Assert.That(RecordHeader.Read(bytes.AsSpan(golden.Length / 2)), Is.EqualTo(
            new RecordHeader(bytes.Length - (golden.Length / 2), RecordKind.Events, BatchRecordFormat.Version, 1)));
    }

    [Test]
    public void Write_WithAnIncarnation_BeginsWithTheDocumentedBytesAndReadsThem()
    {
        EventGroup group = Sample();
        (group.Incarnation, group.Generation) = (new SourceIncarnation(new UInt128(0x0102030405060708, 0x090A0B0C0D0E0F10), 4096), 2);
        byte[] bytes = Encode(group);
        string golden = Golden2.Replace(" ", "", StringComparison.Ordinal).ReplaceLineEndings("");
        Assert.That(Convert.ToHexString(bytes)[8..golden.Length], Is.EqualTo(golden[8..]));
        GroupRecordReader read = GroupRecordReader.Open(bytes);
        Assert.That(
            (Encoding.UTF8.GetString(read.Source), read.Position, read.Incarnation, read.Generation),
            Is.EqualTo(("abc", 300L, group.Incarnation, 2)));
        foreach ((int offset, byte value) in new[] { (18, (byte)1), (19, (byte)0x11), (23, (byte)0x80) })
        {
            byte[] damaged = [.. bytes];
            damaged[offset] |= value;
            Assert.That(() => GroupRecordReader.Open(damaged), Throws.TypeOf<InvalidDataException>(), $"byte {offset}");
        }

        for (int length = 0; length < 48; length++)
        {
            Assert.That(() => GroupRecordReader.Open(bytes.AsSpan(0, length)), Throws.TypeOf<InvalidDataException>(), $"{length} bytes");
        }
    }

    [Test]
    public void Read_WhatWasWritten_IsTheSame()
    {
        EventGroup group = Sample();
        group["view"].Add(UserId.From(1), 5, 6).Set("a", 7);
        GroupRecordReader record = GroupRecordReader.Open(Encode(group));
        List<ushort> types = [];
        RecordEnumerator walk = new(record.Records);
        while (walk.MoveNext())
        {
            BatchRecordReader.Open(walk.Current, Schema.EventTypes[walk.Header.TypeId]).Validate();
            types.Add(walk.Header.TypeId);
        }

        Assert.That((Encoding.UTF8.GetString(record.Source), record.Position), Is.EqualTo(("abc", 300L)));
        Assert.That(types, Is.EqualTo(new ushort[] { 0, 1 }));
    }

    [Test]
    public void Read_GroupWithoutEvents_HasItsPosition()
    {
        EventGroup group = Sample();
        group.Clear();
        GroupRecordReader record = GroupRecordReader.Open(Encode(group));
        Assert.That((record.Position, record.Records.Length, group.Count), Is.EqualTo((300L, 0, 0)));
    }

    [TestCase(4, 2, TestName = "Read_AnotherKind_IsRefused")]
    [TestCase(5, 3, TestName = "Read_NewerVersion_IsRefused")]
    [TestCase(6, 1, TestName = "Read_EventType_IsRefused")]
    [TestCase(15, 0x80, TestName = "Read_NegativePosition_IsRefused")]
    [TestCase(16, 0, TestName = "Read_NoName_IsRefused")]
    [TestCase(17, 0x10, TestName = "Read_NameBeyondTheLimit_IsRefused")]
    [TestCase(16, 200, TestName = "Read_NameBeyondTheRecord_IsRefused")]
    [TestCase(18, 1, TestName = "Read_ReservedBytes_AreRefused")]
    [TestCase(24, 0xFF, TestName = "Read_NameThatIsNotUtf8_IsRefused")]
    public void Read_Damage_IsRefused(int offset, int value)
    {
        byte[] bytes = Encode(Sample());
        bytes[offset] = (byte)value;
        Assert.That(() => GroupRecordReader.Open(bytes.AsSpan(0, 64)), Throws.TypeOf<InvalidDataException>());
    }

    [Test]
    public void Read_TruncatedAnywhereInItsHead_IsRefused()
    {
        byte[] bytes = Encode(Sample());
        for (int length = 0; length < GroupRecordFormat.RecordsOffset(3); length++)
        {
            Assert.That(() => GroupRecordReader.Open(bytes.AsSpan(0, length)), Throws.TypeOf<InvalidDataException>(), $"{length} bytes");
        }
    }

    [Test]
    public void Group_NameThatIsEmptyOrNoText_IsRefused()
    {
        Assert.That(() => new EventGroup(Schema, ""), Throws.InstanceOf<ArgumentException>());
        Assert.That(() => new EventGroup(Schema, "a" + (char)0xD800), Throws.InstanceOf<ArgumentException>());
    }

    [Test]
    public void Group_NameBeyondTheLimit_IsRefused()
    {
        Assert.That(() => new EventGroup(Schema, new string('é', 128)), Throws.Nothing);
        Assert.That(() => new EventGroup(Schema, new string('é', 129)), Throws.InstanceOf<ArgumentException>());
    }

    private static EventGroup Sample()
    {
        EventGroup group = new(Schema, "abc") { Position = 300 };
        group["click"].Add(new UserId(1, 2), 1000, 7).Set("a", 5);
        return group;
    }

    private static byte[] Encode(EventGroup group)
    {
        byte[] bytes = new byte[GroupRecordWriter.Plan(group)];
        GroupRecordWriter.Write(group, bytes);
        BinaryPrimitives.WriteInt32LittleEndian(bytes, bytes.Length);
        return bytes;
    }
}
