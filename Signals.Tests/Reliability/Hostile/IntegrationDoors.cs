using Signals.Checkpoints.Formats;
using Signals.Kafka;
using Signals.Kafka.Poison;
using Signals.Orleans;
using Signals.Orleans.Replicas;
using Signals.Orleans.Wire;
using Signals.Tests.Checkpoints;
using Signals.Tests.Parquet;

namespace Signals.Tests.Reliability.Hostile;

/// <summary>What other machines and shared storage send to the integrations. Pure, but for folders of its own.</summary>
internal static class IntegrationDoors
{
    public static IEnumerable<HostileDoor> All()
    {
        yield return new HostileDoor("Parquet", ["parquet.md"], HostileLake.Good, HostileLake.Read, HostileLake.IsTyped)
        {
            Inputs = 3_000,
            Claims =
            [
                ("a footer of 2 GiB", () => [.. "PAR1...."u8, 0xFF, 0xFF, 0xFF, 0x7F, .. "PAR1"u8]),
                ("a footer before the file", () => [.. "PAR1...."u8, 9, 0, 0, 0, .. "PAR1"u8]),
            ],
        };
        yield return new HostileDoor(
            "manifest of a checkpoint", ["checkpoint.md"], () => ManifestFormat.Write(CheckpointFormatTests.Sample),
            bytes => ManifestFormat.Read(bytes), static e => e is InvalidDataException)
        {
            Claims =
            [
                (
                    "a list of 2^32 - 1 files",
                    () => [.. ManifestFormat.Write(CheckpointFormatTests.Sample)[..^1], 0xDD, 0xFF, 0xFF, 0xFF, 0xFF]),
            ],
        };
        yield return new HostileDoor(
            "file of poison records", ["partition-log.md"], PoisonRecords, bytes => InFile(bytes, path => PoisonFile.Read(path).Count()),
            static e => e is CorruptionException)
        {
            Inputs = 2_000,
        };
        yield return new HostileDoor(
            "reference to a segment", ["partition-log.md"],
            () => new SegmentReference("day.seg", 77, new string('a', 64)).ToUtf8Json(),
            bytes => _ = SegmentReference.TryParse(bytes, out SegmentReference? _), static _ => false);
        yield return new HostileDoor(
            "served columns", ["served-columns.md"], ServedRows, ReadServedRows, static e => e is ServedColumnsException);
    }

    private static byte[] PoisonRecords()
    {
        byte[] bytes = [];
        InFile([], path =>
        {
            using (PoisonFileWriter writer = new(path, long.MaxValue))
            {
                for (int i = 0; i < 3; i++)
                {
                    writer.Keep(new PoisonRecord(
                        i, 1_700_000_000_000 + i, "events", "no frame", new byte[] { 1, 2 }, new byte[] { 3, 4, 5 }));
                }

                writer.Flush(CancellationToken.None);
            }

            bytes = File.ReadAllBytes(path);
            return bytes.Length;
        });
        return bytes;
    }

    private static byte[] ServedRows()
    {
        byte[] bytes = [];
        InFolder(folder =>
        {
            StoreSchema schema = StoreSchema.Define(s => s.EventType("view", t => t.Field<int>("n").Text("name")));
            using SignalStore store = SignalStore.Open(folder, schema);
            EventBatch batch = store.CreateBatch("view");
            for (int i = 0; i < 5; i++)
            {
                batch.Add(UserId.From(1), 1_700_000_000_000 + i, (ulong)i).Set("n", i).Set("name", "name " + i);
            }

            store.AppendAsync(batch).AsTask().GetAwaiter().GetResult();
            CompiledQuery compiled = CompiledQuery.Prepare(store, new ClusterQuery { EventTypes = ["view"] });
            using LocalRows rows = new(store.Read(UserId.From(1), compiled.Query), compiled);
            ClusterAnswer answer = new()
            {
                Partition = 1,
                Position = 7,
                Role = ReplicaRole.Owner,
                LagRecords = 0,
                Lag = TimeSpan.Zero,
                IsComplete = true,
                IsLocal = false,
            };
            using ServedPayload payload = RowsWriter.Write(rows, answer);
            bytes = payload.Bytes.ToArray();
            return bytes.Length;
        });
        return bytes;
    }

    private static void ReadServedRows(byte[] bytes)
    {
        using RemoteRows rows = RemoteRows.Read(ServedPayload.CopyOf(bytes));
        _ = rows.Times.Length + rows.Ids.Length + rows.EventTypes.Length;
        foreach (string column in rows.ColumnNames)
        {
            _ = rows.States(column).Length;
            for (int row = 0; row < rows.Count && rows.TypeOf(column).IsVariable; row++)
            {
                _ = rows.Bytes(column, row).Length;
            }
        }
    }

    private static void InFile(byte[] bytes, Func<string, int> use) => InFolder(folder =>
    {
        string path = Path.Combine(folder, "file");
        if (bytes.Length > 0)
        {
            File.WriteAllBytes(path, bytes);
        }

        return use(path);
    });

    private static void InFolder(Func<string, int> use)
    {
        string folder = Directory.CreateTempSubdirectory("signals-door-").FullName;
        try
        {
            use(folder);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
