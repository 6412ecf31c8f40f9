using System.Buffers;
using System.Diagnostics;
using System.Text;
using Signals.Core.Columns;
using Signals.Core.Frames;
using Signals.Core.Ingest;
using Signals.Core.Schema;
using Signals.Samples.ConsoleHost.Events;
using Signals.Samples.ConsoleHost.Generation;
using Signals.Storage.FileSystem;
using Signals.Storage.Maintenance;
using Signals.Storage.MemTables;
using Signals.Storage.Versions;
using Signals.Storage.Wal;
using Signals.Tests.Simulation;

namespace Signals.Tests.Reliability;

/// <summary>
/// Mutated bytes of each format: a reader gives an answer or one of its typed errors, and allocates no more than a multiple of what it
/// was given. Tables are fuzzed by <see cref="Signals.Tests.Storage.Tables.TableCorruptionTests"/>.
/// </summary>
[Category("Reliability")]
internal sealed class FuzzFormatsTests
{
    private const ulong Seed = 0xF023;
    private const long MaxAllocation = 16 << 20;

    [Test]
    public void Schema_Mutated_IsReadOrRefused() => Fuzz(
        20_000,
        [
            SchemaSerializer.Write(CrashSchema.Define()),
            SchemaSerializer.Write(StoreSchema.Define(s => s
                .EventType("view", t => t.TypeRenamedFrom("page").Field<long>("item").RenamedFrom("item_id"))
                .AddDropped("click", t => t.Text("place"), isFinal: false))),
        ],
        bytes => SchemaSerializer.Read(bytes),
        e => e is InvalidDataException or SchemaMismatchException);

    [Test]
    public void VersionEdit_Mutated_IsReadOrRefused()
    {
        DamagedStore store = new(Seed, steps: 40);
        byte[][] edits =
            [.. Manifest.Read(new StoreFolder(store.Copy(), CrashWorkload.Directory)).Snapshot().Select(VersionEditFormat.Write)];
        Assert.That(edits, Has.Length.GreaterThan(1));
        Fuzz(
            20_000, edits, bytes => new ManifestState().Apply(VersionEditFormat.Read(bytes)),
            e => e is InvalidDataException or SignalsException);
    }

    [Test]
    public void Record_Mutated_IsRefusedOrCanBeApplied()
    {
        StoreSchema schema = CrashSchema.Define();
        BatchRows[] rows = [.. schema.EventTypes.Select(type => new BatchRows(type))];
        Fuzz(40_000, Payloads(), bytes =>
        {
            RecordCheck.Require(bytes, schema);
            RecordEnumerator walk = new(bytes);
            while (walk.MoveNext())
            {
                if (walk.Header.Kind == RecordKind.Events)
                {
                    BatchRows slice = rows[walk.Header.TypeId];
                    BatchRecordReader record = BatchRecordReader.Open(walk.Current, slice.EventType);
                    for (int first = 0; first < record.Rows; first += slice.Count)
                    {
                        slice.Decode(record, first);
                    }
                }
            }
        }, e => e is InvalidDataException);
    }

    [Test]
    public void Log_Mutated_IsReplayedOrRefused([Values] bool withRightChecksums)
    {
        (SimFileSystem files, string path, ulong number) = Log();
        byte[] good = Read(files, path);
        Fuzz(3_000, [good], bytes =>
        {
            SimFileSystem copy = new(record: false);
            copy.CreateDirectory("d");
            Write(copy, "d/log", bytes);
            if (withRightChecksums)
            {
                using ForgedFile forged = new(copy.Open("d/log", FileOpenMode.Read));
                byte[] sealedAgain = new byte[forged.Length];
                forged.Read(0, sealedAgain);
                copy.Delete("d/log");
                Write(copy, "d/log", sealedAgain);
            }

            LogReplay replay = LogReader.Replay(copy, "d/log", number, 0, isLast: true, static (_, _) => { });
            LogRepair.Seal(copy, "d/log", replay);
        }, e => e is SignalsException, prefix: LogFormat.HeaderBytes);
    }

    /// <summary>The mutated payload of an intact frame, in a store that is opened with it.</summary>
    [Test]
    public void Store_WithForgedRecords_IsRefusedOrRead()
    {
        DamagedStore store = new(Seed + 1, steps: 25);
        string path = store.Files()
            .Last(file => file.Path.EndsWith(".log", StringComparison.Ordinal) && HasFrames(store.Copy(), file.Path)).Path;
        List<(long Offset, LogEntry Frame)> frames = Frames(store.Copy(), path);
        SimRandom random = new(Seed);
        Fuzz(2_000, [Read(store.Copy(), path)], _ =>
        {
            SimFileSystem files = store.Copy();
            (long offset, LogEntry entry) = frames[random.Below(frames.Count)];
            FuzzMutator mutator = new(random.Next());
            DamagedStore.Change(files, path, offset, LogFormat.EntryBytes + entry.PayloadBytes, bytes =>
            {
                Span<byte> payload = bytes[LogFormat.EntryBytes..];
                byte[] mutated = mutator.Mutate(payload);
                mutated.AsSpan(0, Math.Min(mutated.Length, payload.Length)).CopyTo(payload);
                entry.Write(bytes, payload);
            });
            using SignalStore opened = store.Open(files);
            new CrashContent().Read(opened, store.Users);
        }, e => e is SignalsException);
    }

    [Test]
    public void Current_Mutated_IsReadOrRefused()
    {
        SimFileSystem files = new(record: false);
        files.CreateDirectory("d");
        CurrentFile.Publish(new StoreFolder(files, "d"), 12, 4352);
        byte[] good = Read(files, "d/CURRENT");
        Fuzz(5_000, [good], bytes =>
        {
            SimFileSystem copy = new(record: false);
            copy.CreateDirectory("d");
            Write(copy, "d/CURRENT", bytes);
            (ulong Number, long SnapshotEnd) read = CurrentFile.Read(new StoreFolder(copy, "d"));
            Assert.That(read == (Number: 12, SnapshotEnd: 4352) || !bytes.AsSpan().SequenceEqual(good));
        }, e => e is SignalsException);
    }

    [Test]
    public async Task EventFrame_Mutated_IsReadOrSaidWhyNot()
    {
        await using ShoppingEvents made = new(new ShoppingOptions { Events = 20, Users = 5 }, new Retention(null, null, null));
        EventFrameWriter writer = new();
        SingleEvent single = new();
        List<byte[]> frames = [];
        await made.WaitAsync(default);
        while (made.TryRead(single))
        {
            ArrayBufferWriter<byte> output = new();
            writer.Write(single, output);
            frames.Add(output.WrittenSpan[EventFrameFormat.LengthPrefixBytes..].ToArray());
        }

        EventFrameParser parser = new(made.Schema, static column => column.Name);
        Fuzz(40_000, [.. frames], bytes => parser.TryParse(bytes, single, out _), static _ => false);
    }

    [Test]
    public void ColumnChunk_Mutated_IsRefusedOrReadsWithinItsBytes()
    {
        const int Rows = 60;
        foreach (ColumnKind kind in Enum.GetValues<ColumnKind>())
        {
            ColumnType type = ColumnType.FromKind(kind, kind >= ColumnKind.VectorInt8 ? 3 : 1);
            byte[][] chunks = [Chunk(type, Rows, ChunkGoal.Speed), Chunk(type, Rows, ChunkGoal.Size)];
            Fuzz(2_000, chunks, bytes =>
            {
                ColumnChunk.Validate(type, bytes, Rows);
                ColumnChunk.Open(type, bytes, Rows).AppendTo(new ColumnBuffer(type), 0, Rows);
            }, e => e is InvalidDataException, $"{kind}");
        }
    }

    private static void Fuzz(
        int executions, byte[][] corpus, Action<byte[]> read, Func<Exception, bool> isTyped,
        string what = "", int prefix = 0, long mostBytes = MaxAllocation)
    {
        Stopwatch time = Stopwatch.StartNew();
        executions = TestScale.Of(executions);
        int refused = 0;
        for (int i = 0; i < executions; i++)
        {
            ulong seed = Seed + ((ulong)i << 8);
            byte[] good = corpus[i % corpus.Length];

            // The page at the beginning of a log is all checksum: most mutations belong behind it.
            int kept = i % 8 == 0 ? 0 : prefix;
            byte[] bytes = [.. good[..kept], .. new FuzzMutator(seed).Mutate(good.AsSpan(kept))];
            long before = GC.GetAllocatedBytesForCurrentThread();
            try
            {
                read(bytes);
            }
            catch (Exception e) when (isTyped(e))
            {
                refused++;
            }
            catch (Exception e)
            {
                Assert.Fail(
                    $"{what} execution {i}, seed {seed}: {e.GetType().Name}: {e.Message}\n"
                        + $"{Convert.ToHexString(bytes.AsSpan(0, Math.Min(bytes.Length, 4000)))}\n{e.StackTrace}");
            }

            long allocated = GC.GetAllocatedBytesForCurrentThread() - before;
            Assert.That(allocated, Is.LessThan(mostBytes), $"{what} execution {i}, seed {seed}");
        }

        TestContext.Out.WriteLine($"{what} {executions} executions, {refused} refused, {time.Elapsed.TotalSeconds:F1} s; base seed {Seed}");
    }

    private static byte[] Chunk(ColumnType type, int rows, ChunkGoal goal)
    {
        ColumnBuffer values = new(type);
        SimRandom random = new(Seed);
        for (int i = 0; i < rows; i++)
        {
            int value = random.Below(9);
            if (value == 0)
            {
                values.AppendMissing(random.Coin() ? ColumnState.Absent : ColumnState.Null);
            }
            else if (type.IsVariable)
            {
                values.AppendBytes(Encoding.UTF8.GetBytes(new string((char)('a' + value), value)));
            }
            else
            {
                Span<byte> row = values.AppendFixedRows(1);
                row.Clear();
                row[0] = (byte)(value & 1);
            }
        }

        ChunkDecision decision = ColumnChunkWriter.Plan(values, 0, rows, goal);
        byte[] chunk = new byte[decision.Length];
        ColumnChunkWriter.Write(values, decision, chunk);
        return chunk;
    }

    /// <summary>The payloads of all frames of a crash workload.</summary>
    private static byte[][] Payloads()
    {
        DamagedStore store = new(Seed, steps: 40);
        List<byte[]> payloads = [];
        foreach ((string path, long _) in store.Files().Where(file => file.Path.EndsWith(".log", StringComparison.Ordinal)))
        {
            byte[] log = Read(store.Copy(), path);
            payloads.AddRange(Frames(store.Copy(), path).Where(f => f.Frame.PayloadBytes > 0)
                .Select(f => log.AsSpan((int)f.Offset + LogFormat.EntryBytes, f.Frame.PayloadBytes).ToArray()));
        }

        Assert.That(payloads, Has.Count.GreaterThan(5));
        return [.. payloads];
    }

    private static (SimFileSystem Files, string Path, ulong Number) Log()
    {
        DamagedStore store = new(Seed, steps: 25);
        SimFileSystem files = store.Copy();
        string path = store.Files().Last(file => file.Path.EndsWith(".log", StringComparison.Ordinal) && HasFrames(files, file.Path)).Path;
        StoreFiles.Classify(Path.GetFileName(path), out ulong number);
        return (files, path, number);
    }

    private static bool HasFrames(SimFileSystem files, string path) => Frames(files, path).Count > 1;

    private static List<(long Offset, LogEntry Frame)> Frames(SimFileSystem files, string path)
    {
        StoreFiles.Classify(Path.GetFileName(path), out ulong number);
        byte[] log = Read(files, path);
        List<(long, LogEntry)> frames = [];
        for (int offset = LogFormat.HeaderBytes; offset + LogFormat.EntryBytes <= log.Length;)
        {
            LogEntry entry = LogEntry.Read(log.AsSpan(offset));
            if (entry.LogNumber != number)
            {
                break;
            }

            frames.Add((offset, entry));
            offset += (int)LogFormat.EntryLength(entry.PayloadBytes);
        }

        return frames;
    }

    private static byte[] Read(SimFileSystem files, string path)
    {
        using IFile file = files.Open(path, FileOpenMode.Read);
        byte[] bytes = new byte[file.Length];
        file.Read(0, bytes);
        return bytes;
    }

    private static void Write(SimFileSystem files, string path, byte[] bytes)
    {
        using IFile file = files.Open(path, FileOpenMode.CreateNew);
        file.Write(0, bytes);
    }
}
