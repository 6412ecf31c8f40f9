using Signals.Core.DefinitionVersions;
using Signals.Core.Ingest;
using Signals.Core.Schema;
using Signals.Serving;
using Signals.Storage.DefinitionFiles;
using Signals.Storage.FeatureLog;
using Signals.Storage.FileSystem;
using Signals.Storage.History;
using Signals.Storage.Maintenance;
using Signals.Storage.MemTables;
using Signals.Storage.Primitives;
using Signals.Storage.Versions;
using Signals.Storage.Wal;
using Signals.Tests.Simulation;
using Signals.Tests.Storage.DefinitionFiles;
using Signals.Tests.Storage.Tables;
using Signals.Tests.Storage.Versions;

namespace Signals.Tests.Reliability.Hostile;

/// <summary>Logs and what their frames hold: records, version edits, kept versions, served sequences. Pure.</summary>
internal static class LogDoors
{
    private const string Folder = "d";
    private const string Log = "d/000001.log";
    private const string Features = "features.log";
    private const ulong ManifestBit = 1UL << 63;

    public static IEnumerable<HostileDoor> All()
    {
        yield return new HostileDoor(
            "write-ahead log", ["log.md", "LogFormat"], () => LogOf(1, Records()), ReadLog,
            e => e is SignalsException or InvalidDataException)
        {
            Unchanged = HeaderPage,
        };
        yield return new HostileDoor(
            "records", ["record.md", "batch-record.md", "RecordFormat", "BatchRecordFormat", "GroupRecordFormat"],
            Records, bytes => ReadRecords(bytes), e => e is InvalidDataException);
        yield return new HostileDoor(
            "manifest", ["manifest.md", "VersionEditFormat", "KeepSettingsFormat", "HeldLimitsFormat"],
            () => LogOf(1 | ManifestBit, VersionEditFormat.Write(Edit())), ReadManifest, e => e is SignalsException)
        {
            Unchanged = HeaderPage,
        };
        yield return new HostileDoor("CURRENT", ["manifest.md"], GoodCurrent, ReadCurrent, e => e is SignalsException);
        yield return new HostileDoor(
            "list of kept versions", ["versions.md", "HistoryFormat"], GoodHistory, ReadHistory, e => e is SignalsException)
        {
            Unchanged = HeaderPage,
        };
        yield return new HostileDoor(
            "stored definitions", ["definitions.md", "DefinitionFileFormat"],
            static () => DefinitionFileWriter.Write(DefinitionFileSample.Content), ReadDefinitions, e => e is SignalsException);
        yield return new HostileDoor(
            "feature log", ["feature-log.md", "FeatureLogFormat"], GoodFeatures, ReadFeatures, e => e is SignalsException)
        {
            Unchanged = HeaderPage,
        };
    }

    // All of the page is fields, zeros and a checksum; the fields are changed.
    private static Range HeaderPage(byte[] good) => 40..(LogFormat.HeaderBytes - 4);

    private static byte[] LogOf(ulong number, params byte[][] payloads)
    {
        MemoryFileSystem files = new();
        using (LogWriter log = LogWriter.Create(files, Log, number, firstSequence: 1, fixedSize: 0))
        {
            foreach (byte[] payload in payloads)
            {
                log.Append(payload, position: default);
            }

            log.Sync();
        }

        return files[Log];
    }

    private static byte[] Records()
    {
        StoreSchema schema = CrashSchema.Define();
        EventGroup group = new(schema, "source") { Position = 300 };
        group.Incarnation = new SourceIncarnation(5, 4096);
        for (int type = 0; type < schema.EventTypes.Count; type++)
        {
            for (ulong i = 0; i < 4; i++)
            {
                EventRow row = group[schema.EventTypes[type].Name].Add(UserId.From(1 + i), (long)i, i);
                _ = type == CrashSchema.View ? row.Set("amount", (int)i).Set("note", $"note {i}") : row;
            }
        }

        int length = GroupRecordWriter.Plan(group);
        byte[] record = new byte[length + EraseRecord.Length];
        GroupRecordWriter.Write(group, record.AsSpan(0, length));
        System.Buffers.Binary.BinaryPrimitives.WriteInt32LittleEndian(record, length);
        EraseRecord.Write(record.AsSpan(length), UserId.From(7UL), 5);
        System.Buffers.Binary.BinaryPrimitives.WriteInt32LittleEndian(record.AsSpan(length), EraseRecord.Length);
        return record;
    }

    private static void ReadLog(byte[] bytes)
    {
        MemoryFileSystem files = new() { [Log] = bytes };
        LogReplay replay = LogReader.Replay(files, Log, 1, 0, isLast: true, static (payload, _) => ReadRecords(payload));
        LogRepair.Seal(files, Log, replay);
    }

    // As an opening does: every record is checked, then decoded slice by slice.
    private static void ReadRecords(ReadOnlySpan<byte> bytes)
    {
        StoreSchema schema = CrashSchema.Define();
        RecordCheck.Require(bytes, schema);
        RecordEnumerator walk = new(bytes);
        while (walk.MoveNext())
        {
            if (walk.Header.Kind == RecordKind.Group)
            {
                Decode(GroupRecordReader.Open(walk.Current).Records, schema);
            }
        }

        Decode(bytes, schema);
    }

    private static void Decode(ReadOnlySpan<byte> records, StoreSchema schema)
    {
        RecordEnumerator walk = new(records);
        while (walk.MoveNext())
        {
            if (walk.Header.Kind == RecordKind.Events)
            {
                BatchRows rows = new(schema.EventTypes[walk.Header.TypeId]);
                BatchRecordReader record = BatchRecordReader.Open(walk.Current, rows.EventType);
                for (int first = 0; first < record.Rows; first += rows.Count)
                {
                    rows.Decode(record, first);
                }
            }
        }
    }

    private static VersionEdit Edit()
    {
        VersionEdit edit = Edits.Add(5, 6).Import(9).Complete(0, 3);
        edit.FirstLiveLog = 4;
        edit.NextFileNumber = 20;
        edit.FlushedPosition = new(5);
        edit.Schema = SchemaSerializer.Write(CrashSchema.Define());
        edit.Erasures.Add(new Erasure(UserId.From(3UL), 5));
        edit.Sources.Add(new SourcePosition("feed", 12) { Incarnation = new SourceIncarnation(5, 4096), Generation = 1 });
        edit.HeldLimits = [new HeldLimit(3, 1000, 86_400_000, 100), new HeldLimit(4, int.MaxValue, null, 200)];
        edit.Clock = new ClockReading(10, 20, 30);
        return edit;
    }

    private static void ReadManifest(byte[] bytes)
    {
        SimFileSystem files = InFolder(StoreFiles.Manifest(1), bytes);
        CurrentFile.Publish(new StoreFolder(files, Folder), 1, LogFormat.HeaderBytes);
        _ = Manifest.Read(new StoreFolder(files, Folder)).Snapshot().ToArray();
    }

    private static byte[] GoodCurrent()
    {
        SimFileSystem files = InFolder("other", []);
        CurrentFile.Publish(new StoreFolder(files, Folder), 12, 4352);
        return BytesOf(files, StoreFiles.Current);
    }

    private static void ReadCurrent(byte[] bytes) => CurrentFile.Read(new StoreFolder(InFolder(StoreFiles.Current, bytes), Folder));

    private static byte[] GoodHistory()
    {
        SimFileSystem files = InFolder("other", []);
        HistoryContent content = new();
        content.Add(
            new RetainedVersion
            {
                Number = 7,
                InstalledMs = 1000,
                KnownPosition = new(300),
                FlushedPosition = new(250),
                FirstLog = 4,
                ErasureEdits = 2,
                IsOpening = true,
                Tables = [Edits.Meta(5)],
                Erasures = [new Erasure(UserId.From(9UL), 999)],
            },
            cleanEdits: 1);
        content.Add(new PastSample(1500, new PastPoint(new(350), 7)));
        HistoryFile.Create(new StoreFolder(files, Folder), 3, content).Dispose();
        return BytesOf(files, StoreFiles.Versions(3));
    }

    private static void ReadHistory(byte[] bytes) => HistoryFile.Read(new StoreFolder(InFolder(StoreFiles.Versions(3), bytes), Folder));

    private static void ReadDefinitions(byte[] bytes)
    {
        StoreFolder folder = new(InFolder(StoreFiles.Definitions, bytes), Folder);
        StoredListing.Describe(DefinitionFile.TryRead(folder)!.Names);
        _ = new DefinitionRegistry<string>(
            DefinitionFileSample.Compile, keeper: new DefinitionFileKeeper(folder, new FailStop(), history: null)).Unusable();
    }

    private static SimFileSystem InFolder(string name, byte[] bytes)
    {
        SimFileSystem files = new(record: false);
        files.CreateDirectory(Folder);
        using IFile file = files.Open(Path.Combine(Folder, name), FileOpenMode.CreateNew);
        file.Write(0, bytes);
        return files;
    }

    private static byte[] BytesOf(SimFileSystem files, string name)
    {
        using IFile file = files.Open(Path.Combine(Folder, name), FileOpenMode.Read);
        byte[] bytes = new byte[file.Length];
        file.Read(0, bytes);
        return bytes;
    }

    private static byte[] GoodFeatures()
    {
        MemoryFileSystem files = new();
        using (LogWriter log = LogWriter.Create(files, Features, FeatureLogFormat.LogNumber, firstSequence: 1, fixedSize: 0))
        {
            ColumnType[] types = [ColumnType.Scalar<int>(), ColumnType.Text, ColumnType.Vector<Half>(4)];
            log.Append(new LoggedDefinition("feed", 1, ["n", "t", "v"], types).Write(), position: default);
            log.Append(HostileFeatureLogTests.Block(types.Length, 3, HostileChunk.Absent, isPacked: false), position: default);
            log.Append(HostileFeatureLogTests.Block(types.Length, 3, HostileChunk.Absent, isPacked: false), position: default);
            log.Sync();
        }

        return files[Features];
    }

    private static void ReadFeatures(byte[] bytes)
    {
        using FeatureLogReader reader = FeatureLogReader.Open(new MemoryFileSystem { [Features] = bytes }, Features);
        while (reader.TryRead(out LoggedSequence sequence))
        {
            _ = sequence.Times.Length;
        }
    }
}
