using System.CommandLine;
using System.Globalization;
using Signals.Bench.Cold;
using Signals.Bench.Compare;
using Signals.Checkpoints;

namespace Signals.Bench.Checkpoints;

/// <summary>
/// Measures a first upload of a store to a folder, a later one of what is new, and a restoring, each beside a plain copy of the same bytes
/// on the same disk that is synced in the same way. Copies and restorings take turns. A run before the first one is not counted: in it the
/// code is compiled and the system gets its memory.
/// </summary>
internal sealed class CheckpointCommand(long bytes, int runs, int percent, bool isCold, CheckpointOptions options, string path)
{
    private const double Mib = 1L << 20;
    private const int RoundsOfARun = 2;

    private readonly List<(string Name, double Bytes, double Seconds)> _figures = [];

    public static BenchCommand Syntax()
    {
        BenchCommand command = new("checkpoint", "Measure uploads to a folder and restorings beside plain copies of the same bytes.");
        CheckpointOptions defaults = new();
        Option<int> mib = command.Number("--mib", 1024, "The size of the store.");
        Option<int> runs = command.Number("--runs", 3, "How often to measure.");
        Option<int> percent = command.Number("--new-percent", 5, "What is new in the later upload.");
        Option<string?> cold = command.OneOf("--cold", "off", "Whether the page cache is dropped before each step.", "on", "off");
        Option<int> parallelism = command.Number("--parallelism", defaults.Parallelism, "How many parts are sent at once.");
        Option<int> part = command.Number("--part-mib", defaults.PartBytes >> 20, "The size of a part.");
        Option<string> path = command.Folder();
        return command.Does(line => new CheckpointCommand(
            line.GetValue(mib) * (1L << 20), line.GetValue(runs), line.GetValue(percent), line.GetValue(cold) == "on",
            new CheckpointOptions { Parallelism = line.GetValue(parallelism), PartBytes = line.GetValue(part) << 20 },
            line.GetRequiredValue(path)).Run());
    }

    /// <summary>Runs the command and returns the exit code: 1 when a restored store answered wrongly.</summary>
    public int Run()
    {
        int wrong = 0;
        BenchFolder.Use(path, folder =>
        {
            using CheckpointStore store = new(Path.Combine(folder, "store"));
            store.Append(bytes);
            store.Store.CompactAsync().GetAwaiter().GetResult();
            for (int run = 0; run <= runs; run++)
            {
                string work = Path.Combine(folder, $"run-{run}");
                wrong += MeasureAsync(store, work, copiesFirst: run % 2 == 0).GetAwaiter().GetResult();
                Directory.Delete(work, recursive: true);
                if (run == 0)
                {
                    _figures.Clear();
                }
            }
        });
        Print();
        Console.WriteLine($"{wrong} wrong answers");
        return wrong == 0 ? 0 : 1;
    }

    private async Task<int> MeasureAsync(CheckpointStore store, string work, bool copiesFirst)
    {
        FolderTarget target = new(Path.Combine(work, "target"));
        string local = Path.Combine(work, "local");
        await store.Store.CheckpointAsync(local).ConfigureAwait(false);
        PlainCopy all = PlainCopy.OfStore(local);
        CheckpointUploader uploader = new(store.Store, target, options);
        Prepare(local);
        UploadResult first = await TimeAsync("first upload", all.Bytes, () => uploader.UploadAsync()).ConfigureAwait(false);
        int wrong = 0;
        for (int i = 0; i < RoundsOfARun; i++)
        {
            if (copiesFirst)
            {
                Copy("plain copy of the store", all, local, Path.Combine(work, "plain"));
            }

            wrong += await RestoreAsync(store, target, first.BytesSent, Path.Combine(work, "restored")).ConfigureAwait(false);
            if (!copiesFirst)
            {
                Copy("plain copy of the store", all, local, Path.Combine(work, "plain"));
            }
        }

        string[] before = PlainCopy.FilesIn(target.Description);
        store.Append(bytes * percent / 100);
        await store.Store.FlushAsync().ConfigureAwait(false);
        UploadResult second = await TimeAsync("upload of what is new", 0, () => uploader.UploadAsync()).ConfigureAwait(false);
        _figures[^1] = _figures[^1] with { Bytes = second.BytesSent };
        PlainCopy added = PlainCopy.Of(PlainCopy.FilesIn(target.Description).Except(before));
        Copy("plain copy of what is new", added, target.Description, Path.Combine(work, "added"));
        return wrong;
    }

    private async Task<int> RestoreAsync(CheckpointStore store, FolderTarget target, double moved, string folder)
    {
        Prepare(target.Description);
        await TimeAsync("restoring", moved, () => new CheckpointRestorer(target, options).RestoreAsync(folder)).ConfigureAwait(false);
        int wrong = store.CountDifferences(folder);
        Directory.Delete(folder, recursive: true);
        return wrong;
    }

    private void Copy(string name, PlainCopy copy, string from, string to)
    {
        Prepare(from);
        TimeAsync(name, copy.Bytes, () =>
        {
            copy.Run(to);
            return Task.FromResult(true);
        }).GetAwaiter().GetResult();
        Directory.Delete(to, recursive: true);
    }

    private void Prepare(string folder)
    {
        if (isCold)
        {
            PageCache.Drop(folder, "");
        }
    }

    private async Task<T> TimeAsync<T>(string name, double moved, Func<Task<T>> work)
    {
        FileSystemQueue.Drain();
        long begin = TimeProvider.System.GetTimestamp();
        T result = await work().ConfigureAwait(false);
        _figures.Add((name, moved, TimeProvider.System.GetElapsedTime(begin).TotalSeconds));
        return result;
    }

    private void Print()
    {
        Dictionary<string, (double Mib, Spread Seconds, Spread Rate)> byName = _figures.GroupBy(figure => figure.Name).ToDictionary(
            group => group.Key,
            group => (group.Average(figure => figure.Bytes) / Mib, Spread.Of(group.Select(figure => figure.Seconds)),
                Spread.Of(group.Select(figure => figure.Bytes / Mib / figure.Seconds))));
        List<string[]> rows = [[isCold ? "from the device" : "from the page cache", "MiB", "seconds", "MiB/s", "times the plain copy"]];
        foreach ((string name, string beside) in new[]
        {
            ("plain copy of the store", ""), ("first upload", "plain copy of the store"), ("restoring", "plain copy of the store"),
            ("plain copy of what is new", ""), ("upload of what is new", "plain copy of what is new"),
        })
        {
            (double size, Spread seconds, Spread rate) = byName[name];
            string ratio = beside.Length == 0
                ? ""
                : (seconds.Median / byName[beside].Seconds.Median).ToString("F2", CultureInfo.InvariantCulture) + "x";
            rows.Add([name, size.ToString("F0", CultureInfo.InvariantCulture), seconds.ToString(), rate.ToString(), ratio]);
        }

        Console.WriteLine(TextTable.Draw(rows));
    }
}
