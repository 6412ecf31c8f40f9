using Signals.Offline;
using Signals.Storage.FileSystem;
using Signals.Tests.Simulation;
using Signals.Tests.Storage.Engine;
using Signals.Tests.Storage.Segments;

namespace Signals.Tests.Reliability;

/// <summary>
/// Power fails, the process is killed, or the disk refuses, at every file operation of an import: the store has all of the segment or
/// nothing of it, no file is left over, and the import can be repeated.
/// </summary>
[Category("Reliability")]
internal sealed class ImportCrashTests
{
    private const int SeedsPerCut = 12;

    private readonly ManualTime _time = new(TestStores.Start + 1000 * SegmentSample.Hour);

    [Test]
    public async Task Import_CrashAtEveryOperation_IsWholeOrNotThere([Values] bool move, [Values] bool canLink)
    {
        SimFileSystem files = Prepare();
        files.CanLink = canLink;
        int begin;
        int end;
        using (SignalStore store = Open(files))
        {
            await PutOldAsync(store);
            begin = files.OperationCount;
            await ImportAsync(store, move);
            end = files.OperationCount;
        }

        SimRecording run = files.Recording();
        int states = 0;
        for (int cut = begin; cut <= end; cut++)
        {
            await CheckAsync(run.KillImage(cut), cut == end, move, $"killed after operation {cut} of {begin} to {end}");
            for (ulong seed = 0; seed < (ulong)TestScale.Of(SeedsPerCut); seed++)
            {
                await CheckAsync(
                    run.CrashImage(cut, seed), cut == end, move, $"power cut after operation {cut} of {begin} to {end}, seed {seed}");
                states++;
            }
        }

        TestContext.Out.WriteLine($"{states} crash states of {end - begin} operations");
        Assert.That(end - begin, Is.GreaterThanOrEqualTo(8));
    }

    [Test]
    public async Task Import_FailureOfEveryOperation_SurfacesAndLeavesAllOrNothing([Values] bool move)
    {
        for (int operation = 0; ; operation++)
        {
            SimFileSystem files = Prepare();
            bool failed = false;
            SignalStore store = Open(files);
            await PutOldAsync(store);
            int begin = files.OperationCount;
            files.FailAt(begin + operation);
            try
            {
                await ImportAsync(store, move);
                failed = files.OperationCount > begin + operation;
            }
            catch (SignalsException)
            {
                failed = true;
                Assert.That(ImportStore.Hours(store, 1), Is.EqualTo(new[] { 7 }), $"operation {operation}: reads go on");
            }

            if (!failed)
            {
                Assert.That(operation, Is.GreaterThanOrEqualTo(8));
                return;
            }

            // The process dies: closing would do further operations.
            store.Engine.Close(abandon: true);
            SimRecording run = files.Recording();
            await CheckAsync(run.KillImage(run.Operations.Count), isDone: false, move, $"after operation {operation} failed");
            await CheckAsync(
                run.CrashImage(run.Operations.Count, 0), isDone: false, move, $"after operation {operation} failed, and then the power");
        }
    }

    private static SimFileSystem Prepare()
    {
        SimFileSystem files = ImportStore.NewFiles();
        ImportStore.Write(files, [(1, 5), (1, 30), (2, 60)]);
        return files;
    }

    private static async Task PutOldAsync(SignalStore store)
    {
        ImportStore.Append(store, 1, 7);
        await store.FlushAsync();
    }

    private static Task<ImportResult> ImportAsync(SignalStore store, bool move) =>
        store.ImportAsync(ImportStore.Segment, new ImportOptions { Move = move });

    private async Task CheckAsync(SimDisk disk, bool isDone, bool move, string when)
    {
        SimFileSystem files = new(disk, record: false);
        using SignalStore store = Open(files);
        bool isThere = Content(store) switch
        {
            "7 | " => false,
            "30 7 5 | 60" => true,
            string other => throw new AssertionException($"{when}: {other}"),
        };
        Assert.That(isThere || !isDone, $"{when}: a finished import is lost");
        AssertNothingLeft(files, store);
        if (files.FileExists(ImportStore.Segment))
        {
            ImportResult again = await ImportAsync(store, move);
            Assert.That(again.AlreadyImported, Is.EqualTo(isThere), when);
        }
        else
        {
            Assert.That(isThere && move, $"{when}: the file is lost");
        }

        Assert.That(Content(store), Is.EqualTo("30 7 5 | 60"), when);
        AssertNothingLeft(files, store);
    }

    private static void AssertNothingLeft(SimFileSystem files, SignalStore store) => ImportStore.AssertNothingLeft(files, store);

    private static string Content(SignalStore store) =>
        $"{string.Join(' ', ImportStore.Hours(store, 1))} | {string.Join(' ', ImportStore.Hours(store, 2))}";

    private SignalStore Open(IFileSystem files) => TestStores.Open(files, ImportStore.Schema, _time);
}
