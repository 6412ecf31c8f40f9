using System.Buffers;
using System.IO.Pipelines;
using Signals.Core.Frames;
using Signals.Tests.Storage.Engine;

namespace Signals.Tests.Storage.Frames;

/// <summary>Frames that come under the name of a source that they are not of.</summary>
[Category("Fast")]
internal sealed class FrameSourceTests
{
    private static readonly StoreSchema Schema = StoreSchema.Define(s => s.EventType("view", t => t.Field<int>("n").Text("pad")));

    private string _path = null!;

    [SetUp]
    public void MakeFolder() => _path = Directory.CreateTempSubdirectory("signals-").FullName;

    [TearDown]
    public void DeleteFolder() => Directory.Delete(_path, recursive: true);

    [TestCase(3, 3)]
    [TestCase(3, 30)]
    [TestCase(200, 3)]
    [TestCase(200, 300)]
    public async Task RunAsync_AnotherFileUnderTheName_IsRefusedAndResetTakesIt(int before, int after)
    {
        await using SignalStore store = SignalStore.Open(_path, Schema);
        await RunAsync(store, Frames(0, before));
        SourcePosition known = store.GetSource("f")!.Value;
        Assert.That(known.Incarnation.PrefixBytes, Is.EqualTo(Math.Min(4096, known.Position)));

        byte[] rotated = Frames(1000, after);
        Assert.That(async () => await RunAsync(store, rotated), Throws.TypeOf<SourceChangedException>());
        Assert.That(store.GetSource("f"), Is.EqualTo(known));
        Assert.That(store.GetStats().EventsApplied, Is.EqualTo(before));

        await store.ResetSourceAsync("f");
        FrameIngestResult result = await RunAsync(store, rotated);
        Assert.That(
            (result.Accepted, result.Skipped, result.Position),
            Is.EqualTo((Accepted: (long)after, Skipped: 0L, Position: (long)rotated.Length)));
    }

    [Test]
    public async Task RunAsync_AFileThatGrows_GoesOnWithoutComplaint([Values(1, 7, 4096)] int bytesPerRead)
    {
        await using SignalStore store = SignalStore.Open(_path, Schema);
        for (int frames = 0; frames <= 300; frames += 60)
        {
            FrameIngestResult result = await RunAsync(store, Frames(0, frames), bytesPerRead);
            Assert.That(result.Position, Is.EqualTo(Frames(0, frames).Length));
        }

        Assert.That(store.GetStats().EventsApplied, Is.EqualTo(300));
    }

    [Test]
    public async Task RunAsync_EndBeforeThePosition_IsRefused([Values(0, 1, 2, 9)] int frames, [Values(0, 3)] int more)
    {
        await using SignalStore store = SignalStore.Open(_path, Schema);
        await RunAsync(store, Frames(0, 10));
        byte[] cut = [.. Frames(0, frames), .. Frames(frames, 1)[..more]];
        Assert.That(async () => await RunAsync(store, cut), Throws.TypeOf<SourceChangedException>());
        long position = store.GetResumePosition("f")!.Value;
        Assert.That(
            async () => await new FrameIngest(store, "f").RunAsync(At(cut, position), position, default),
            Throws.TypeOf<SourceChangedException>());
    }

    [Test]
    public async Task RunAsync_SeekableStreamAtThePosition_IsHeldToItsBeginning()
    {
        await using SignalStore store = SignalStore.Open(_path, Schema);
        byte[] file = Frames(0, 10);
        await RunAsync(store, file);
        byte[] grown = [.. file, .. Frames(10, 5)];
        FrameIngestResult result = await new FrameIngest(store, "f").RunAsync(At(grown, file.Length), file.Length, default);
        Assert.That(result.Accepted, Is.EqualTo(5));
        byte[] rotated = Frames(500, 40);
        Assert.That(
            async () => await new FrameIngest(store, "f").RunAsync(At(rotated, grown.Length), grown.Length, default),
            Throws.TypeOf<SourceChangedException>());
    }

    [Test]
    public async Task RunAsync_GivenIncarnation_CountsInsteadOfTheBeginning()
    {
        await using SignalStore store = SignalStore.Open(_path, Schema);
        FrameIngest first = new(store, "f") { Incarnation = SourceIncarnation.From("one") };
        await first.RunAsync(new MemoryStream(Frames(0, 5)), 0, default);
        FrameIngest second = new(store, "f") { Incarnation = SourceIncarnation.From("two") };
        Assert.That(async () => await second.RunAsync(new MemoryStream(Frames(0, 9)), 0, default), Throws.TypeOf<SourceChangedException>());
        Assert.That(async () => await RunAsync(store, Frames(0, 9)), Throws.TypeOf<SourceChangedException>(), "nothing is given");
        Assert.That((await first.RunAsync(new MemoryStream(Frames(0, 9)), 0, default)).Accepted, Is.EqualTo(4));
    }

    [Test]
    public async Task RunAsync_PositionInsideAFrame_IsRefused()
    {
        await using SignalStore store = SignalStore.Open(_path, Schema);
        EventGroup group = store.CreateGroup("f");
        group.Position = Frames(0, 3).Length + 2;
        await store.AppendGroupAsync(group);
        Assert.That(
            async () => await RunAsync(store, Frames(0, 9)),
            Throws.TypeOf<SourceChangedException>().With.Message.Contains("inside the record"));
    }

    [Test]
    public async Task RunAsync_CutInsideAFrameThatIsTooLong_StaysBeforeIt()
    {
        await using SignalStore store = SignalStore.Open(_path, Schema);
        byte[] good = Frames(0, 3);
        byte[] stream = [.. good, .. BitConverter.GetBytes((2 << 20) + 1), .. new byte[1000]];
        FrameIngestResult cut = await RunAsync(store, stream);
        Assert.That(
            (cut.Position, cut.IsTruncated, cut.Rejected), Is.EqualTo((Position: (long)good.Length, IsTruncated: true, Rejected: 1L)));
        FrameIngestResult whole = await RunAsync(
            store, [.. good, .. BitConverter.GetBytes((2 << 20) + 1), .. new byte[(2 << 20) + 1], .. Frames(3, 1)]);
        Assert.That((whole.Accepted, whole.Skipped, whole.Rejected), Is.EqualTo((Accepted: 1L, Skipped: 3L, Rejected: 1L)));
    }

    [TestCase("user", "the key")]
    [TestCase("fields", "the key")]
    public void Parser_AKeyThatIsThereTwice_IsABadFrame(string key, string what)
    {
        ArrayBufferWriter<byte> frame = new();
        MessagePack.MessagePackWriter writer = new(frame);
        writer.WriteMapHeader(6);
        writer.Write("user");
        writer.Write(1);
        writer.Write("type");
        writer.Write("view");
        writer.Write("time");
        writer.Write(1);
        writer.Write("id");
        writer.Write(1);
        writer.Write("fields");
        writer.WriteNil();
        writer.Write(key);
        writer.WriteNil();
        writer.Flush();
        bool read = new EventFrameParser(Schema, static column => column.Name).TryParse(
            frame.WrittenMemory, new SingleEvent(), out string reason);
        Assert.That((read, reason), Is.EqualTo((false, "a key of the event is there twice")), what);
    }

    [Test]
    public void Parser_AFieldThatIsThereTwice_IsABadFrame()
    {
        ArrayBufferWriter<byte> frame = new();
        MessagePack.MessagePackWriter writer = new(frame);
        writer.WriteArrayHeader(5);
        writer.Write(1);
        writer.Write("view");
        writer.Write(1);
        writer.Write(1);
        writer.WriteMapHeader(2);
        writer.Write("n");
        writer.Write(1);
        writer.Write("n");
        writer.Write(2);
        writer.Flush();
        bool read = new EventFrameParser(Schema, static column => column.Name).TryParse(
            frame.WrittenMemory, new SingleEvent(), out string reason);
        Assert.That((read, reason), Is.EqualTo((false, "field 'n' is there twice")));
    }

    private static MemoryStream At(byte[] bytes, long position)
    {
        MemoryStream stream = new();
        stream.Write(bytes);
        stream.Position = position;
        return stream;
    }

    private static Task<FrameIngestResult> RunAsync(SignalStore store, byte[] stream, int bytesPerRead = 1 << 16) =>
        new FrameIngest(store, "f").RunAsync(
            PipeReader.Create(new Signals.Tests.Samples.ConsoleHost.SlowStream(stream, bytesPerRead)), 0, default);

    private static byte[] Frames(int first, int count)
    {
        ArrayBufferWriter<byte> output = new();
        EventFrameWriter writer = new();
        SingleEvent single = new();
        for (int i = first; i < first + count; i++)
        {
            single.Begin(Schema["view"]);
            (single.User, single.TimeMs, single.Id) = (UserId.From(1), TestStores.Start + i, (ulong)i);
            single.Set(0, i);
            writer.Write(single, output);
        }

        return output.WrittenSpan.ToArray();
    }
}
