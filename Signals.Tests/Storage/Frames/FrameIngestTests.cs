using System.Buffers;
using System.Buffers.Binary;
using System.IO.Pipelines;
using MessagePack;
using Signals.Tests.Storage.Engine;

namespace Signals.Tests.Storage.Frames;

/// <summary>Frames from a stream into a store, with the position of the stream.</summary>
[Category("Fast")]
[NonParallelizable]
internal sealed class FrameIngestTests
{
    private const string Source = "socket-1";

    private static readonly StoreSchema Schema = StoreSchema.Define(s => s
        .EventType("view", t => t.Field<int>("n").Vector<float>("v", 2)).EventType("click", t => t.Text("where")));

    private string _path = null!;

    [SetUp]
    public void MakeFolder() => _path = Directory.CreateTempSubdirectory("signals-").FullName;

    [TearDown]
    public void DeleteFolder() => Directory.Delete(_path, recursive: true);

    [Test]
    public void Writer_OneEvent_GivesTheDocumentedBytes()
    {
        ArrayBufferWriter<byte> output = new();
        new EventFrameWriter().Write(View(7), output);
        const string Golden = "28000000" + "85" + "A475736572" + "01" + "A474797065" + "A476696577" + "A474696D65" + "CF0000019CA6B1DC07"
            + "A26964" + "07" + "A66669656C6473" + "81" + "A16E" + "07";
        Assert.That(Convert.ToHexString(output.WrittenSpan)[8..], Is.EqualTo(Golden[8..]));
        Assert.That(BinaryPrimitives.ReadInt32LittleEndian(output.WrittenSpan), Is.EqualTo(output.WrittenCount - 4));
    }

    [TestCase(1)]
    [TestCase(7)]
    [TestCase(1 << 16)]
    public async Task RunAsync_GoodAndBadFrames_TakesTheGoodAndNamesTheBad(int bytesPerRead)
    {
        byte[] bad = Prefixed([0xC1]);
        byte[] unknown = Frame((ref MessagePackWriter w) => Head(ref w, "purchase", 9));
        byte[] stream = [.. Frames(0, 3), .. bad, .. Frames(3, 5), .. unknown, .. bad];
        await using SignalStore store = SignalStore.Open(_path, Schema);
        FrameIngestResult result = await RunAsync(store, stream, bytesPerRead);

        Assert.That(
            (result.Accepted, result.Rejected, result.Skipped, result.IsTruncated),
            Is.EqualTo((Accepted: 5L, Rejected: 3L, Skipped: 0L, IsTruncated: false)));
        Assert.That(result.Rejections.Select(r => (r.Count, r.FirstPosition)), Is.EquivalentTo(
            new[] { (2L, (long)Frames(0, 3).Length), (1L, stream.Length - bad.Length - unknown.Length) }));
        Assert.That((result.Position, store.GetResumePosition(Source)), Is.EqualTo((stream.Length, (long?)stream.Length)));
        Assert.That(Ids(store), Is.EqualTo(new ulong[] { 0, 1, 2, 3, 4 }));
    }

    [Test]
    public async Task RunAsync_ReplayFromAnyFrameBefore_GivesTheSameStore()
    {
        byte[] whole = Frames(0, 40);
        int[] starts = [.. Enumerable.Range(0, 41).Select(n => Frames(0, n).Length)];
        for (int cut = 0; cut <= 40; cut += 8)
        {
            string path = Path.Combine(_path, $"{cut}");
            await using SignalStore store = SignalStore.Open(
                path, Schema, new StoreOptions { MemTableBytes = 4 << 20, LogBytes = 4 << 20 });
            await RunAsync(store, whole[..starts[cut]]);
            for (int from = 0; from <= cut; from += 4)
            {
                FrameIngestResult again = await new FrameIngest(store, Source).RunAsync(
                    new MemoryStream(whole[starts[from]..starts[cut]]), starts[from], default);
                Assert.That(
                    (again.Accepted, again.Skipped, again.Position),
                    Is.EqualTo((Accepted: 0L, Skipped: (long)(cut - from), Position: (long)starts[cut])));
            }

            FrameIngestResult rest = await RunAsync(store, whole);
            Assert.That((rest.Accepted, rest.Skipped), Is.EqualTo((40L - cut, (long)cut)));
            Assert.That(Ids(store), Is.EqualTo(Enumerable.Range(0, 40).Select(i => (ulong)i)));
            Assert.That(store.GetStats().EventsApplied, Is.EqualTo(40), "no event was applied twice");
        }
    }

    [Test]
    public async Task RunAsync_StreamCutInsideAFrame_GoesOnAtItsBeginning()
    {
        byte[] whole = Frames(0, 6);
        int cut = Frames(0, 4).Length + 5;
        await using SignalStore store = SignalStore.Open(_path, Schema);
        FrameIngestResult first = await RunAsync(store, whole[..cut]);
        Assert.That(
            (first.Accepted, first.IsTruncated, first.Position),
            Is.EqualTo((Accepted: 4L, IsTruncated: true, Position: (long)Frames(0, 4).Length)));

        FrameIngestResult second = await new FrameIngest(store, Source).RunAsync(
            new MemoryStream(whole[(int)first.Position..]), first.Position, default);
        Assert.That(
            (second.Accepted, second.Skipped, second.Position), Is.EqualTo((Accepted: 2L, Skipped: 0L, Position: (long)whole.Length)));
    }

    [Test]
    public async Task RunAsync_BeginningBeyondThePosition_IsRefused()
    {
        await using SignalStore store = SignalStore.Open(_path, Schema);
        Assert.That(
            async () => await new FrameIngest(store, Source).RunAsync(new MemoryStream([]), 1, default),
            Throws.TypeOf<ArgumentOutOfRangeException>());
    }

    [Test]
    public async Task RunAsync_FrameOfTheUserThatNobodySet_IsCountedAndLeavesTheOthers([Values] bool asId)
    {
        byte[] nobody = Frame((ref MessagePackWriter w) =>
        {
            w.WriteArrayHeader(5);
            if (asId)
            {
                w.Write(new byte[16]);
            }
            else
            {
                w.Write(0);
            }

            w.Write("view");
            w.Write(TestStores.Start);
            w.Write(9);
            w.WriteNil();
        });
        await using SignalStore store = SignalStore.Open(_path, Schema);
        FrameIngestResult result = await RunAsync(store, [.. Frames(0, 3), .. nobody, .. Frames(3, 4)]);
        Assert.That((result.Accepted, result.Rejected), Is.EqualTo((Accepted: 4L, Rejected: 1L)));
        Assert.That(result.Rejections.Single().Reason, Does.StartWith("the user is the number 0"));
    }

    [Test]
    public async Task RunAsync_EventThatTheStoreRefuses_LeavesTheOthers([Values] RejectedEvents rejected)
    {
        byte[] future = Written(View(8, DateTimeOffset.MaxValue.ToUnixTimeMilliseconds()));
        byte[] stream = [.. Frames(0, 3), .. future, .. Frames(3, 4)];
        await using SignalStore store = SignalStore.Open(_path, Schema, new StoreOptions { RejectedEvents = rejected });
        FrameIngestResult result = await RunAsync(store, stream);
        Assert.That((result.Accepted, result.Position), Is.EqualTo((Accepted: 4L, Position: (long)stream.Length)));
        Assert.That(result.Rejections.Single(), Is.EqualTo(
            new FrameRejection("refused by the store: TimeOutOfRange", 1, Frames(0, 3).Length)));
        Assert.That((Ids(store).Length, store.GetResumePosition(Source)), Is.EqualTo((4, (long?)stream.Length)));
    }

    [Test]
    public async Task RunAsync_NumberThatWouldBecomeInfinite_IsCountedAndInfinityIsTaken()
    {
        StoreSchema schema = StoreSchema.Define(s => s.EventType("n", t => t
            .Field<Half>("h").Field<float>("f").Vector<Half>("v", 1).Vector<float>("w", 1)));
        (string Field, double Value, bool Fits)[] cases =
        [
            ("h", 65504, true), ("h", 65519.99, true), ("h", 65520, false), ("h", -1e6, false),
            ("h", double.NegativeInfinity, true), ("h", double.NaN, true),
            ("f", float.MaxValue, true), ("f", 1e39, false), ("f", -double.MaxValue, false), ("f", double.PositiveInfinity, true),
            ("v", 65520, false), ("v", 1, true), ("w", 1e39, false), ("w", double.PositiveInfinity, true),
        ];
        byte[] stream = [.. cases.SelectMany((c, i) => Frame((ref MessagePackWriter w) =>
        {
            w.WriteArrayHeader(5);
            w.Write(1);
            w.Write("n");
            w.Write(TestStores.Start);
            w.Write((ulong)i);
            w.WriteMapHeader(1);
            w.Write(c.Field);
            if (c.Field is "v" or "w")
            {
                w.WriteArrayHeader(1);
            }

            w.Write(c.Value);
        }))];
        await using SignalStore store = SignalStore.Open(_path, schema);
        FrameIngestResult result = await new FrameIngest(store, Source).RunAsync(new MemoryStream(stream), 0, default);
        using Sequence taken = store.Read(UserId.From(1), store.Query("n").Last(100).Columns().Build());
        Assert.That(taken.Ids.ToArray().Order(), Is.EqualTo(cases.Index().Where(c => c.Item.Fits).Select(c => (ulong)c.Index)));
        Assert.That(result.Rejected, Is.EqualTo(cases.Count(c => !c.Fits)));
    }

    [Test]
    public async Task RunAsync_EventsThatTogetherExceedABatch_GoInSeveralGroups()
    {
        byte[] stream = [.. Enumerable.Range(0, 40).SelectMany(i => Written(Click((ulong)i, 3000)))];
        await using SignalStore store = SignalStore.Open(_path, Schema, new StoreOptions { RingBytes = 1 << 16, MaxBatchBytes = 1 << 14 });
        FrameIngestResult result = await RunAsync(store, stream);
        Assert.That((result.Accepted, result.Rejected), Is.EqualTo((Accepted: 40L, Rejected: 0L)));
    }

    [Test]
    public async Task RunAsync_LengthsOfGigabytes_AreSkippedWithoutBeingHeld()
    {
        const int Huge = 64 << 20;
        byte[] prefix = new byte[4];
        BinaryPrimitives.WriteUInt32LittleEndian(prefix, Huge);
        await using SignalStore store = SignalStore.Open(_path, Schema);
        Pipe pipe = new();
        Task<FrameIngestResult> run = new FrameIngest(store, Source).RunAsync(pipe.Reader, 0, default);
        long before = GC.GetTotalMemory(forceFullCollection: true);
        await pipe.Writer.WriteAsync(prefix);
        byte[] junk = new byte[1 << 16];
        for (int sent = 0; sent < Huge; sent += junk.Length)
        {
            await pipe.Writer.WriteAsync(junk);
        }

        Assert.That(GC.GetTotalMemory(forceFullCollection: true) - before, Is.LessThan(Huge / 4));
        await pipe.Writer.WriteAsync(Frames(0, 1));
        await pipe.Writer.CompleteAsync();
        FrameIngestResult result = await run;
        Assert.That(
            (result.Accepted, result.Rejected, result.Position),
            Is.EqualTo((Accepted: 1L, Rejected: 1L, Position: 4L + Huge + Frames(0, 1).Length)));
    }

    private delegate void Write(ref MessagePackWriter writer);

    private static Task<FrameIngestResult> RunAsync(SignalStore store, byte[] stream, int bytesPerRead = 1 << 16) =>
        new FrameIngest(store, Source).RunAsync(
            PipeReader.Create(
                new MemoryStream(stream), new StreamPipeReaderOptions(bufferSize: bytesPerRead, minimumReadSize: 1)),
            0, default);

    private static byte[] Frames(int from, int to) => [.. Enumerable.Range(from, to - from).SelectMany(i => Written(View((ulong)i)))];

    private static SingleEvent View(ulong id, long timeMs = TestStores.Start + 7)
    {
        SingleEvent single = new() { User = UserId.From(1), TimeMs = timeMs, Id = id };
        single.Begin(Schema["view"]);
        single.Set(0, (int)id);
        return single;
    }

    private static SingleEvent Click(ulong id, int length)
    {
        SingleEvent single = new() { User = UserId.From(1), TimeMs = TestStores.Start, Id = id };
        single.Begin(Schema["click"]);
        single.SetBytes(0, new byte[length]);
        return single;
    }

    private static byte[] Written(SingleEvent single)
    {
        ArrayBufferWriter<byte> output = new();
        new EventFrameWriter().Write(single, output);
        return output.WrittenSpan.ToArray();
    }

    private static void Head(ref MessagePackWriter w, string type, ulong id)
    {
        w.WriteArrayHeader(5);
        w.Write(1);
        w.Write(type);
        w.Write(TestStores.Start);
        w.Write(id);
        w.WriteNil();
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

    private static ulong[] Ids(SignalStore store)
    {
        using Sequence sequence = store.Read(UserId.From(1), store.Query("view").Last(1000).Columns().Build());
        return [.. sequence.Ids.ToArray().Order()];
    }
}
