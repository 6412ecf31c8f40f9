using System.Buffers;
using System.Buffers.Binary;
using System.Runtime.InteropServices;
using MessagePack;
using Signals.Core.Frames;

namespace Signals.Tests.Core.Frames;

/// <summary>
/// Frames with the bytes of vectors and numbers, from producers whose columns are as narrow as those of the store were.
/// </summary>
[Category("Fast")]
internal sealed class WidenedFrameTests
{
    private static readonly StoreSchema Narrow = Define(t => t
        .Vector<Half>("image", 3).Vector<sbyte>("small", 3).Vector<sbyte>("tiny", 3).Field<Half>("a").Field<Half>("b").Field<float>("c"));

    private static readonly StoreSchema Wide = Define(t => t
        .Vector<float>("image", 3).WidenedFrom(ColumnType.Vector<Half>(3))
        .Vector<float>("small", 3).WidenedFrom(ColumnType.Vector<sbyte>(3))
        .Vector<Half>("tiny", 3).WidenedFrom(ColumnType.Vector<sbyte>(3))
        .Field<float>("a").WidenedFrom(ColumnType.Scalar<Half>())
        .Field<double>("b").WidenedFrom(ColumnType.Scalar<Half>())
        .Field<double>("c").WidenedFrom(ColumnType.Scalar<float>())
        .Vector<float>("never", 4).Field<double>("d"));

    [Test]
    public void TryCopyFields_BytesOfNarrowerTypes_AreExactlyEqual()
    {
        SingleEvent single = new() { User = UserId.From(1UL), TimeMs = 2, Id = 3 };
        single.Begin(Narrow["view"]);
        single.SetBytes(0, MemoryMarshal.AsBytes<Half>([(Half)1.5, (Half)(-0.0), BitConverter.UInt16BitsToHalf(0x7C01)]));
        single.SetBytes(1, MemoryMarshal.AsBytes<sbyte>([-128, 0, 127]));
        single.SetBytes(2, MemoryMarshal.AsBytes<sbyte>([-3, 2, 1]));
        single.SetBytes(3, Convert.FromHexString("017C"));
        single.SetBytes(4, Convert.FromHexString("2AFE"));
        single.SetBytes(5, Convert.FromHexString("010080FF"));
        ArrayBufferWriter<byte> frame = new();
        new EventFrameWriter().Write(single, frame);

        Assert.That(Read(Wide, frame.WrittenSpan, out EventBatch batch), Is.Empty);
        Assert.That(
            MemoryMarshal.Cast<byte, uint>(Value(batch, 0)).ToArray(), Is.EqualTo(new uint[] { 0x3FC0_0000, 0x8000_0000, 0x7F80_2000 }));
        Assert.That(MemoryMarshal.Cast<byte, float>(Value(batch, 1)).ToArray(), Is.EqualTo([-128f, 0, 127]));
        Assert.That(MemoryMarshal.Cast<byte, Half>(Value(batch, 2)).ToArray(), Is.EqualTo([(Half)(-3), (Half)2, (Half)1]));
        Assert.That(BinaryPrimitives.ReadUInt32LittleEndian(Value(batch, 3)), Is.EqualTo(0x7F80_2000));
        Assert.That(BinaryPrimitives.ReadUInt64LittleEndian(Value(batch, 4)), Is.EqualTo(0xFFF8_A800_0000_0000));
        Assert.That(BinaryPrimitives.ReadUInt64LittleEndian(Value(batch, 5)), Is.EqualTo(0xFFF0_0000_2000_0000));
    }

    [TestCase("image", 12, true)]
    [TestCase("image", 6, true)]
    [TestCase("image", 3, false)] // it never was of bytes
    [TestCase("small", 3, true)]
    [TestCase("small", 6, true)]
    [TestCase("never", 16, true)]
    [TestCase("never", 8, false)] // two floats, and not four halves
    [TestCase("d", 4, false)]
    [TestCase("image", 0, false)]
    [TestCase("image", 1, false)]
    [TestCase("image", 7, false)]
    [TestCase("image", 9, false)]
    [TestCase("image", 24, false)]
    [TestCase("tiny", 3, true)]
    [TestCase("tiny", 12, false)]
    [TestCase("a", 4, true)]
    [TestCase("a", 2, true)]
    [TestCase("a", 1, false)]
    [TestCase("a", 8, false)]
    [TestCase("b", 4, true)]
    [TestCase("b", 0, false)]
    [TestCase("b", 3, false)]
    public void TryCopyFields_BytesOfAnyLength_AreTakenWhenATypeThatTheColumnHadHasIt(string column, int length, bool isTaken)
    {
        ArrayBufferWriter<byte> payload = new();
        MessagePackWriter writer = new(payload);
        writer.WriteArrayHeader(EventFrameFormat.ArrayElements);
        writer.Write(1);
        writer.Write("view");
        writer.Write(2);
        writer.Write(3);
        writer.WriteMapHeader(1);
        writer.Write(column);
        writer.Write(new byte[length]);
        writer.Flush();
        byte[] frame = [.. BitConverter.GetBytes(payload.WrittenCount), .. payload.WrittenSpan];

        string reason = Read(Wide, frame, out EventBatch _);
        Assert.That(reason, isTaken ? Is.Empty : Does.Contain(column));
    }

    private static StoreSchema Define(Action<EventTypeBuilder> define) => StoreSchema.Define(s => s.EventType("view", define));

    private static ReadOnlySpan<byte> Value(EventBatch batch, int column) => batch.Rows.Columns[column].GetValue(0);

    private static string Read(StoreSchema schema, ReadOnlySpan<byte> frame, out EventBatch batch)
    {
        batch = new EventBatch(schema["view"]);
        FrameReadResult result = new EventFrameDecoder(schema).TryRead(frame, out EventFrame read, out string reason);
        Assert.That(result, Is.EqualTo(FrameReadResult.Event), reason);
        return read.TryCopyFields(batch.Add(read.User, read.TimeMs, read.Id), out reason) ? "" : reason;
    }
}
