using Signals.Maintenance;
using Signals.Storage.FileSystem;
using Signals.Storage.Maintenance;
using Signals.Storage.Versions;
using Signals.Storage.Wal;
using Signals.Tests.Reliability;
using Signals.Tests.Simulation;

namespace Signals.Tests.Storage.Maintenance;

/// <summary>
/// A salvage opens whatever was damaged, brings over what is intact, names the rest, and leaves the damaged folder as it was.
/// </summary>
[Category("Reliability")]
internal sealed class SalvageTests
{
    private const string Target = "/salvaged";
    private const ulong Seed = 0xB27;
    private const int BitsPerFile = 160;

    private readonly DamagedStore _store = new(Seed, steps: 40);

    [Test]
    public void Salvage_IntactStore_LosesNothing()
    {
        SimFileSystem files = _store.Copy();
        SalvageReport report = Salvage(files);
        Assert.That(report.Losses, Is.Empty);
        Assert.That(Content(files), Is.EqualTo(_store.Content.ToArray()));
        Assert.That((report.Tables, report.LogEntries), Is.Not.EqualTo((0, 0L)));
    }

    [Test]
    public void Salvage_AnyBitFlipped_OpensNamesTheFileAndTouchesNothing()
    {
        SimRandom random = new(Seed);
        int lossy = 0;
        int salvages = 0;
        foreach ((string path, long length) in _store.Files())
        {
            for (int i = 0; i < TestScale.Of(BitsPerFile) && i < length * 8; i++, salvages++)
            {
                long bit = length < 200 ? i : random.Below((int)Math.Min(int.MaxValue, length * 8));
                SimFileSystem files = _store.Copy();
                DamagedStore.Change(files, path, bit / 8, 1, bytes => bytes[0] ^= (byte)(1 << (int)(bit % 8)));
                SalvageReport report = Salvage(files);
                byte[] content = Content(files);
                if (!content.AsSpan().SequenceEqual(_store.Content))
                {
                    Assert.That(report.Losses.Select(loss => loss.File), Has.Some.EqualTo(path), $"bit {bit} of {path}");
                    lossy++;
                }
            }
        }

        TestContext.Out.WriteLine($"{salvages} salvages, {lossy} with losses; seed {Seed}");
        Assert.That(lossy, Is.GreaterThan(0));
    }

    [TestCase("CURRENT")]
    [TestCase("MANIFEST")]
    [TestCase("every manifest and CURRENT")]
    [TestCase(".tbl")]
    [TestCase(".log")]
    public void Salvage_FileMissing_OpensAndSaysSo(string kind)
    {
        SimFileSystem files = _store.Copy();
        string[] gone = [.. _store.Files().Select(file => file.Path)
            .Where(path => path.Contains(kind, StringComparison.Ordinal)
                || (kind.StartsWith("every", StringComparison.Ordinal)
                    && (path.Contains("MANIFEST", StringComparison.Ordinal) || path.Contains("CURRENT", StringComparison.Ordinal))))
            .Take(kind.StartsWith('e') ? 2 : 1)];
        Assert.That(gone, Is.Not.Empty);
        Array.ForEach(gone, files.Delete);
        SalvageReport report = Salvage(files);
        Assert.That(report.Losses, Is.Not.Empty);
        Assert.That(Content(files), Is.Not.Empty);
    }

    [Test]
    public void Salvage_ManifestLostAndNoSchemaGiven_IsRefused()
    {
        SimFileSystem files = _store.Copy();
        foreach ((string path, long _) in _store.Files()
            .Where(file => !file.Path.EndsWith(".tbl", StringComparison.Ordinal)
                && !file.Path.EndsWith(".log", StringComparison.Ordinal))
            .ToArray())
        {
            files.Delete(path);
        }

        Assert.That(() => StoreSalvage.Run(files, CrashWorkload.Directory, Target, null, default), Throws.TypeOf<SignalsException>());
        Assert.That(files.DirectoryExists(Target) || files.DirectoryExists(Target + ".tmp"), Is.False);
    }

    [Test]
    public void Salvage_TargetExistsOrSourceMissing_IsRefused()
    {
        SimFileSystem files = _store.Copy();
        Salvage(files);
        Assert.That(() => Salvage(files), Throws.InstanceOf<FileOperationException>());
        Assert.That(() => StoreSalvage.Run(files, "/none", "/other", null, default), Throws.InstanceOf<FileOperationException>());
    }

    /// <summary>Frames behind a damaged one are intact and come over, too; opening refuses such a log as a whole.</summary>
    [Test]
    public void Salvage_FirstFrameOfALogDamaged_KeepsTheFramesBehindIt()
    {
        DamagedStore store = DamagedStore.First(Seed, steps: 40, static made => Salvage(made.Copy()).LogEntries > 2);
        SimFileSystem files = store.Copy();
        long frames = Salvage(store.Copy()).LogEntries;
        string log = store.LastFrame(StoreFileKind.Log).Path;
        DamagedStore.Change(files, log, LogFormat.HeaderBytes + LogFormat.EntryBytes + 1, 1, bytes => bytes[0] ^= 1);
        Assert.That(() => store.Open(files), Throws.InstanceOf<CorruptionException>());
        SalvageReport report = Salvage(files);
        SalvageLoss loss = report.Losses.First(loss => loss.File == log);
        Assert.That((loss.Offset, loss.Length), Is.EqualTo(((long)LogFormat.HeaderBytes, loss.Length)));
        Assert.That(loss.Length, Is.GreaterThan(LogFormat.EntryBytes));
        Assert.That(report.LogEntries, Is.GreaterThanOrEqualTo(frames - 1));
    }

    private static SalvageReport Salvage(SimFileSystem files)
    {
        Dictionary<string, byte[]> before = Files(files);
        SalvageReport report = StoreSalvage.Run(files, CrashWorkload.Directory, Target, CrashSchema.Define(), default);
        Assert.That(Files(files), Is.EqualTo(before));
        return report;
    }

    private byte[] Content(SimFileSystem files)
    {
        using SignalStore store = _store.Open(files, Target);
        Assert.That(store.Verify().Problems.Select(problem => problem.ToString()), Is.Empty);
        CrashContent content = new();
        content.Read(store, _store.Users);
        return content.Bytes.ToArray();
    }

    private static Dictionary<string, byte[]> Files(SimFileSystem files) =>
        files.ListFiles(CrashWorkload.Directory).ToDictionary(name => name, name =>
        {
            using IFile file = files.Open(Path.Combine(CrashWorkload.Directory, name), FileOpenMode.Read);
            byte[] bytes = new byte[file.Length];
            file.Read(0, bytes);
            return bytes;
        });
}
