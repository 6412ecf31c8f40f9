using System.Diagnostics;
using Signals.Core.Ingest;
using Signals.Core.Model;
using Signals.Storage;
using Signals.Storage.FileSystem;

namespace Signals.Tests.Reliability;

/// <summary>A real disk fills up: a typed error, reads go on, nothing acknowledged is lost, and with room again the store resumes.</summary>
[Category("Reliability")]
internal sealed class DiskFullTests
{
    private const int MostEntries = 100_000;

    private string _mount = null!;
    private bool _mounted;

    [SetUp]
    public void SetUp()
    {
        _mount = Directory.CreateTempSubdirectory("signals-full-").FullName;
        string? refusal = Run("mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", _mount);
        _mounted = refusal is null;
        if (!_mounted)
        {
            Assert.Ignore($"A small file system cannot be mounted here: {refusal}");
        }
    }

    [TearDown]
    public void TearDown()
    {
        if (_mounted)
        {
            Run("umount", _mount);
        }

        Directory.Delete(_mount, recursive: true);
    }

    [TestCase(Durability.Buffered)]
    [TestCase(Durability.Synced)]
    public async Task Append_UntilTheDiskIsFull_StopsTypedAndResumesWithRoom(Durability durability)
    {
        string filler = Path.Combine(_mount, "filler");
        File.WriteAllBytes(filler, new byte[3 << 20]);
        string path = Path.Combine(_mount, "store");
        SignalStore store = KillSchema.Open(path, durability);
        long acked = 0;
        Exception? stopped = null;
        EventBatch batch = store.CreateBatch(KillSchema.EventType, KillSchema.MaxEvents);
        for (long entry = 1; entry <= MostEntries && stopped is null; entry++)
        {
            try
            {
                KillSchema.Fill(batch, entry);
                await store.AppendAsync(batch);
                acked = entry;
            }
            catch (Exception error)
            {
                stopped = error;
            }
        }

        Assert.That(stopped, Is.TypeOf<StorePoisonedException>());
        Assert.That(stopped!.InnerException, Is.TypeOf<FileOperationException>().With.Property("Error").StartsWith("ENOSPC"));
        Assert.That(KillSchema.VerifyPrefix(store, whole: acked), Is.AtLeast(acked), "reads go on");
        Assert.That(async () => await store.AppendAsync(batch), Throws.TypeOf<StorePoisonedException>());
        await store.DisposeAsync();

        File.Delete(filler);
        await using SignalStore again = KillSchema.Open(path, durability);
        long found = KillSchema.VerifyPrefix(again);
        Assert.That(found, Is.AtLeast(acked));
        KillSchema.Fill(batch = again.CreateBatch(KillSchema.EventType, KillSchema.MaxEvents), found + 1);
        await again.AppendAsync(batch);
        Assert.That(KillSchema.VerifyPrefix(again), Is.EqualTo(found + 1));
        TestContext.Out.WriteLine($"{durability}: full after {acked} entries, 0 lost");
    }

    /// <summary>Null, or why it failed.</summary>
    private static string? Run(string program, params string[] arguments)
    {
        try
        {
            using Process process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true })!;
            string said = process.StandardError.ReadToEnd();
            process.WaitForExit();
            return process.ExitCode == 0 ? null : said;
        }
        catch (System.ComponentModel.Win32Exception error)
        {
            return error.Message;
        }
    }
}
