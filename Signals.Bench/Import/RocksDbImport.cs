using System.Diagnostics;
using RocksDbSharp;
using Signals.Bench.Candidates;
using Signals.Bench.Workloads;

namespace Signals.Bench.Import;

/// <summary>
/// RocksDB: the vectors are in a column family of their own, under the keys of the events. They come from a sorted file that is
/// ingested by moving it.
/// </summary>
internal sealed class RocksDbImport(ImportWorkload workload, string folder)
{
    /// <summary>Runs the import and prints how long it took. False when a read gave a wrong vector.</summary>
    public bool Run()
    {
        DbOptions options = RocksDbSettings.Options();
        options.SetCreateMissingColumnFamilies(true);
        ColumnFamilyOptions vectors = new ColumnFamilyOptions().SetCompression(Compression.No);
        ColumnFamilies families = new() { { "default", new ColumnFamilyOptions() }, { "vectors", vectors } };
        using RocksDb database = RocksDb.Open(options, Path.Combine(folder, "rocksdb"), families);
        ColumnFamilyHandle family = database.GetColumnFamily("vectors");
        string file = Path.Combine(folder, "vectors.sst");
        long begin = Stopwatch.GetTimestamp();
        Write(file, vectors);
        double writing = Stopwatch.GetElapsedTime(begin).TotalSeconds;
        begin = Stopwatch.GetTimestamp();
        database.IngestExternalFiles([file], new IngestExternalFileOptions().SetMoveFiles(true), family);
        bool right = IsRight(database, family, workload.Sorted[0]);
        double importing = Stopwatch.GetElapsedTime(begin).TotalSeconds;
        Console.WriteLine(
            $"RocksDB, move: file written at {Rate(writing)}; ingested until a read saw it at {Rate(importing)}; "
            + $"both {Rate(writing + importing)}");
        for (int i = 0; i < workload.Sorted.Length; i += 9973)
        {
            right &= IsRight(database, family, workload.Sorted[i]);
        }

        return right;
    }

    private void Write(string file, ColumnFamilyOptions vectors)
    {
        EventLog log = workload.Log;
        byte[] key = new byte[RocksDbKey.Bytes];
        byte[] ignored = new byte[RocksDbKey.ValueBytes];
        byte[] vector = new byte[Vectors64.Dimensions];
        using SstFileWriter writer = new(null, vectors);
        writer.Open(file);
        foreach (int i in workload.Sorted)
        {
            KeyOf(log, i, key, ignored);
            Vectors64.Write(log.Ids[i], vector);
            writer.Put(key, vector);
        }

        writer.Finish();
    }

    private bool IsRight(RocksDb database, ColumnFamilyHandle family, int i)
    {
        byte[] key = new byte[RocksDbKey.Bytes];
        byte[] expected = new byte[Vectors64.Dimensions];
        KeyOf(workload.Log, i, key, new byte[RocksDbKey.ValueBytes]);
        Vectors64.Write(workload.Log.Ids[i], expected);
        return database.Get(key, family).AsSpan().SequenceEqual(expected);
    }

    // There is only one type here, so the keys have the order of the workload.
    private static void KeyOf(EventLog log, int i, byte[] key, byte[] value)
    {
        RocksDbKey.Write(key, value, log, i);
        key[RocksDbKey.PrefixBytes - 1] = 0;
    }

    private string Rate(double seconds) => $"{workload.Log.Count / seconds / 1e6:F2} M rows/s";
}
