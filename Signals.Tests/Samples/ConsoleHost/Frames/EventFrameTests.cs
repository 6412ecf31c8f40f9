using System.Buffers;
using System.Buffers.Binary;
using MessagePack;
using Signals.Core.Frames;
using Signals.Samples.ConsoleHost.Events;
using Signals.Samples.ConsoleHost.Frames;
using Signals.Samples.ConsoleHost.Generation;
using Signals.Samples.ConsoleHost.Input;
using Signals.Samples.ConsoleHost.Options;

namespace Signals.Tests.Samples.ConsoleHost.Frames;

[TestFixture]
public sealed class EventFrameTests
{
    private static readonly Retention KeepAll = new(null, null, null);

    private static readonly EventMapping Mapping = new()
    {
        Type = new EventTypeMapping(EventTypeSource.Column, null, ["view", "click"]),
        Fields =
        [
            new("item", ColumnKind.Int32, 1, "item"),
            new("price", ColumnKind.Float64, 1, "price"),
            new("name", ColumnKind.Text, 1, "name"),
            new("small", ColumnKind.Int8, 1, "small"),
            new("big", ColumnKind.UInt64, 1, "big"),
            new("v", ColumnKind.VectorFloat32, 2, "v"),
            new("v8", ColumnKind.VectorInt8, 2, "v8"),
            new("flag", ColumnKind.Boolean, 1, "flag"),
            new("blob", ColumnKind.Bytes, 1, "blob"),
        ],
    };

    [TestCase(1)]
    [TestCase(5)]
    [TestCase(65536)]
    public async Task Write_GeneratedEvents_AreReadBackTheSame(int bytesPerRead)
    {
        await using ShoppingEvents made = new(new ShoppingOptions { Events = 300, Users = 10 }, KeepAll);
        ArrayBufferWriter<byte> output = new();
        EventFrameWriter writer = new();
        SingleEvent single = new();
        List<string> written = [];
        await made.WaitAsync(default);
        while (made.TryRead(single))
        {
            writer.Write(single, output);
            written.Add(Text(single));
        }
        List<string> names = [];
        InputSource input = await InputSource.FromStreamAsync(new SlowStream(output.WrittenSpan.ToArray(), bytesPerRead), default);
        await using EventFrameReader reader = new(input.Pipe, made.Schema);
        while (await reader.WaitAsync())
        {
            while (reader.TryRead(single, out string reason) is var result and not FrameReadResult.NeedsMore)
            {
                Assert.That(result, Is.EqualTo(FrameReadResult.Event), reason);
                names.Add(Text(single));
            }
        }

        Assert.That(names, Is.EqualTo(written));
        Assert.That(reader.IsTruncated, Is.False);
    }

    [Test]
    public async Task TryRead_EveryKindOfField_IsSet()
    {
        (List<string> events, RejectionTally rejected) = await ReadAsync(Frame((ref MessagePackWriter w) =>
        {
            w.WriteMapHeader(6);
            w.Write("fields");
            w.WriteMapHeader(10);
            w.Write("item");
            w.Write(-7);
            w.Write("price");
            w.Write(3);
            w.Write("name");
            w.WriteNil();
            w.Write("small");
            w.Write(-128);
            w.Write("big");
            w.Write(ulong.MaxValue);
            w.Write("v");
            w.WriteArrayHeader(2);
            w.Write(1.5);
            w.Write(2);
            w.Write("v8");
            w.Write([1, 255]);
            w.Write("flag");
            w.Write(true);
            w.Write("blob");
            w.Write([9, 8]);
            w.Write("unmapped");
            w.WriteArrayHeader(1);
            w.WriteMapHeader(1);
            w.Write("deep");
            w.WriteNil();
            w.Write("id");
            w.Write(ulong.MaxValue);
            w.Write("time");
            w.Write(-5);
            w.Write("type");
            w.Write("click");
            w.Write("user");
            w.Write("alice");
            w.Write("later");
            w.Write(1);
        }));

        Assert.That(rejected.Reasons, Is.Empty);
        Assert.That(events.Single(), Is.EqualTo(
            $"click {UserId.From("alice")} -5 18446744073709551615"
            + "|F9FFFFFF|0000000000000840|Null|80|FFFFFFFFFFFFFFFF|0000C03F00000040|01FF|01|0908"));
    }

    [Test]
    public async Task TryRead_ArrayForm_IsUnderstood()
    {
        (List<string> events, _) = await ReadAsync(Frame((ref MessagePackWriter w) => Event(ref w, "view")));
        Assert.That(events.Single(), Does.StartWith("view 42 1000 1|Absent"));
    }

    [Test]
    public async Task TryRead_BadFramesBetweenGoodOnes_AreCountedAndSkipped()
    {
        byte[] good = Frame((ref MessagePackWriter w) => Event(ref w, "view"));
        byte[] unknownType = Frame((ref MessagePackWriter w) => Event(ref w, "vew"));
        byte[] noMap = Frame((ref MessagePackWriter w) => w.Write(5));
        byte[] empty = new byte[4];
        byte[] cut = Prefixed([0x95, 0x01]);
        byte[] hugeArray = Prefixed([0xDD, 0xFF, 0xFF, 0xFF, 0xFF]);
        byte[] trailing = Frame((ref MessagePackWriter w) =>
        {
            Event(ref w, "view");
            w.Write(1);
        });
        byte[] noUser = Frame((ref MessagePackWriter w) =>
        {
            w.WriteMapHeader(1);
            w.Write("type");
            w.Write("view");
        });
        byte[] tooWide = Frame((ref MessagePackWriter w) => EventWithField(ref w, "small", 128));
        byte[] wrongKind = Frame((ref MessagePackWriter w) => EventWithField(ref w, "name", 1));

        (List<string> events, RejectionTally rejected) = await ReadAsync(
            [.. good, .. unknownType, .. noMap, .. empty, .. cut, .. hugeArray, .. trailing, .. noUser, .. tooWide, .. wrongKind, .. good]);

        Assert.That(events, Has.Count.EqualTo(2));
        Assert.That(rejected.Reasons.ToDictionary(r => r.Reason, r => r.Count), Is.EquivalentTo(new Dictionary<string, long>
        {
            ["not a known event type"] = 1,
            ["the frame is neither a map nor an array"] = 2,
            ["not MessagePack"] = 2,
            ["bytes are left after the event"] = 1,
            ["no user"] = 1,
            ["field 'small' is not Int8"] = 1,
            ["field 'name' is not Text"] = 1,
        }));
    }

    [TestCase(1)]
    [TestCase(4096)]
    public async Task TryRead_FrameAboveTheLimit_IsSkippedWithoutBeingHeld(int bytesPerRead)
    {
        byte[] good = Frame((ref MessagePackWriter w) => Event(ref w, "view"));
        byte[] huge = Prefixed(new byte[EventFrameFormat.MaxFrameBytes + 1]);

        (List<string> events, RejectionTally rejected) = await ReadAsync([.. good, .. huge, .. good], bytesPerRead);

        Assert.That(events, Has.Count.EqualTo(2));
        Assert.That(rejected.Reasons.Single().Reason, Does.StartWith("frame longer than"));
        Assert.That(rejected.Reasons.Single().Example, Does.StartWith($"frame at byte {good.Length}"));
    }

    [TestCase(1)]
    [TestCase(3)]
    [TestCase(6)]
    public async Task TryRead_LastFrameCutOff_IsReported(int bytesLeft)
    {
        byte[] good = Frame((ref MessagePackWriter w) => Event(ref w, "view"));
        (List<string> events, RejectionTally rejected) = await ReadAsync([.. good, .. good[..bytesLeft]], 2);

        Assert.That(events, Has.Count.EqualTo(1));
        Assert.That(rejected.Reasons.Single().Reason, Is.EqualTo("the last frame is cut off"));
        Assert.That(rejected.Reasons.Single().Example, Is.EqualTo($"it begins at byte {good.Length}"));
    }

    [Test]
    public async Task TryRead_HugeLengthAtTheEnd_IsReportedAsTooLongAndCutOff()
    {
        (List<string> events, RejectionTally rejected) = await ReadAsync([0xFF, 0xFF, 0xFF, 0xFF, 1, 2, 3]);

        Assert.That(events, Is.Empty);
        Assert.That(rejected.Reasons.Select(r => r.Reason), Has.Some.StartsWith("frame longer than").And.Some.Contains("cut off"));
    }

    [Test]
    public void TryParse_RandomBytes_NeverThrows()
    {
        const int Seed = 20260801;
        Random random = new(Seed);
        EventFrameParser parser = new(MappedSchema.Build(Mapping, KeepAll), column => Mapping.Fields[column.Id].Column);
        SingleEvent single = new();
        byte[] good = Frame((ref MessagePackWriter w) => EventWithField(ref w, "item", 5))[4..];
        for (int i = 0; i < 50_000; i++)
        {
            byte[] frame = [.. good];
            for (int flips = random.Next(1, 6); flips > 0; flips--)
            {
                frame[random.Next(frame.Length)] = (byte)random.Next(256);
            }
            Assert.That(() => parser.TryParse(frame, single, out _), Throws.Nothing, $"seed {Seed}, round {i}");
        }
    }

    private delegate void Write(ref MessagePackWriter writer);

    private static void Event(ref MessagePackWriter w, string type)
    {
        w.WriteArrayHeader(5);
        w.Write(42);
        w.Write(type);
        w.Write(1000);
        w.Write(1);
        w.WriteMapHeader(0);
    }

    private static void EventWithField(ref MessagePackWriter w, string field, int value)
    {
        w.WriteArrayHeader(5);
        w.Write(42);
        w.Write("view");
        w.Write(1000);
        w.Write(1);
        w.WriteMapHeader(1);
        w.Write(field);
        w.Write(value);
    }

    private static byte[] Frame(Write write)
    {
        ArrayBufferWriter<byte> buffer = new();
        MessagePackWriter writer = new(buffer);
        write(ref writer);
        writer.Flush();
        return Prefixed(buffer.WrittenSpan.ToArray());
    }

    private static byte[] Prefixed(byte[] payload)
    {
        byte[] frame = new byte[payload.Length + 4];
        BinaryPrimitives.WriteUInt32LittleEndian(frame, (uint)payload.Length);
        payload.CopyTo(frame, 4);
        return frame;
    }

    private static async Task<(List<string> Events, RejectionTally Rejected)> ReadAsync(byte[] bytes, int bytesPerRead = 4096)
    {
        InputSource input = await InputSource.FromStreamAsync(new SlowStream(bytes, bytesPerRead), default);
        await using FrameEventSource source = new(input, Mapping, KeepAll);
        SingleEvent single = new();
        List<string> events = [];
        while (await source.WaitAsync(default))
        {
            while (source.TryRead(single))
            {
                events.Add(Text(single));
            }
        }
        return (events, source.Rejected);
    }

    private static string Text(SingleEvent single) =>
        $"{single.EventType.Name} {single.User} {single.TimeMs} {single.Id}|" + string.Join('|', Enumerable.Range(0, single.CellCount)
            .Select(c => single.State(c) == ColumnState.Value ? Convert.ToHexString(single.Bytes(c)) : single.State(c).ToString()));
}
