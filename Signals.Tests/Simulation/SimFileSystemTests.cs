using Signals.Storage.FileSystem;

namespace Signals.Tests.Simulation;

/// <summary>Each kind of loss that the simulated disk promises really happens, and nothing that was synced is ever lost.</summary>
internal sealed class SimFileSystemTests
{
    private const int Seeds = 400;
    private const string File = "d/f";
    private static readonly byte[] Ones = [.. Enumerable.Repeat((byte)1, 16 * 1024)];

    [Test]
    public void PowerCut_SyncedFileAndName_AlwaysSurvive()
    {
        SimFileSystem files = Mounted();
        using (IFile file = files.Open(File, FileOpenMode.CreateNew))
        {
            file.Write(0, Ones);
            file.Sync();
            files.SyncDirectory("d");
            file.Write(Ones.Length, Ones);
        }

        foreach (byte[]? bytes in Cuts(files, File))
        {
            Assert.That(bytes, Is.Not.Null);
            Assert.That(bytes![..Ones.Length], Is.EqualTo(Ones));
        }
    }

    [Test]
    public void PowerCut_UnsyncedWrite_IsDroppedKeptTornAndGarbled()
    {
        List<byte[]> images = [.. Cuts(WithUnsyncedWrite(Ones), File).Select(bytes => bytes!)];
        Assert.That(images, Has.Some.Empty, "dropped");
        Assert.That(images, Has.Some.EqualTo(Ones), "kept");
        Assert.That(images.Any(bytes => bytes.Length == Ones.Length && bytes.All(value => value == 0)), "length kept, bytes lost");
        Assert.That(images.Any(bytes => bytes.Any(value => value > 1)), "garbage");
        Assert.That(images.Any(bytes => IsTorn(bytes, 512) && !IsTorn(bytes, 4096)), "torn at 512 bytes");
        Assert.That(images.Any(bytes => IsTorn(bytes, 4096)), "torn at 4096 bytes");
    }

    [Test]
    public void PowerCut_TwoUnsyncedWrites_AreReordered()
    {
        SimFileSystem files = WithUnsyncedWrite(Ones);
        using (IFile file = files.Open(File, FileOpenMode.ReadWrite))
        {
            file.Write(Ones.Length, Ones);
        }

        Assert.That(Cuts(files, File).Any(bytes => bytes!.Length == 2 * Ones.Length
            && bytes[..Ones.Length].All(value => value == 0)
            && bytes[Ones.Length..].All(value => value == 1)));
    }

    [Test]
    public void PowerCut_UnsyncedRename_IsLostOrKeptAsAWhole()
    {
        SimFileSystem files = WithUnsyncedWrite(Ones);
        files.Rename(File, "d/g");
        var outcomes = new HashSet<(bool Old, bool New)>();
        for (ulong seed = 0; seed < Seeds; seed++)
        {
            SimDisk image = files.Recording().CrashImage(files.OperationCount, seed);
            outcomes.Add((image.Names.ContainsKey(File), image.Names.ContainsKey("d/g")));
        }

        Assert.That(outcomes, Is.EquivalentTo(new[] { (true, false), (false, true) }));
    }

    [Test]
    public void PowerCut_UnsyncedNames_AreLostIndependently()
    {
        SimFileSystem files = Mounted();
        files.Open("d/a", FileOpenMode.CreateNew).Dispose();
        files.Open("d/b", FileOpenMode.CreateNew).Dispose();
        SimRecording run = files.Recording();
        HashSet<string> outcomes = [.. Enumerable.Range(0, Seeds)
            .Select(seed => string.Join(' ', run.CrashImage(run.Operations.Count, (ulong)seed).Names.Keys.Order()))];
        Assert.That(outcomes, Is.EquivalentTo(new[] { "", "d/a", "d/b", "d/a d/b" }));
    }

    [Test]
    public void PowerCut_UnsyncedDelete_MayBringTheFileBack()
    {
        SimFileSystem files = WithUnsyncedWrite(Ones);
        files.Delete(File);
        Assert.That(Cuts(files, File), Has.Some.Null.And.Some.Not.Null);
    }

    [Test]
    public void FailedSync_ThenGoodSync_LosesTheWritesThatItLeftReadable()
    {
        SimFileSystem files = WithUnsyncedWrite(Ones);
        files.FailAt(files.OperationCount);
        using IFile file = files.Open(File, FileOpenMode.ReadWrite);
        Assert.That(file.Sync, Throws.InstanceOf<FileOperationException>());
        file.Sync();
        Assert.That(Content(files, File), Is.EqualTo(Ones), "still in the page cache");
        Assert.That(Cuts(files, File), Is.All.Empty);
    }

    [Test]
    public void KillImage_KeepsEveryWriteButNotItsDurability()
    {
        SimFileSystem files = WithUnsyncedWrite(Ones);
        var next = new SimFileSystem(files.Recording().KillImage(files.OperationCount));
        Assert.That(Content(next, File), Is.EqualTo(Ones));
        Assert.That(Cuts(next, File), Has.Some.Empty);
    }

    [Test]
    public void CrashImage_EachOperation_ShowsOnlyWhatCameBefore()
    {
        SimFileSystem files = Mounted();
        using IFile file = files.Open(File, FileOpenMode.CreateNew);
        for (int i = 0; i < 8; i++)
        {
            file.Write(i, [7]);
        }

        SimRecording run = files.Recording();
        int firstWrite = run.Operations.Count - 8;
        foreach (int writes in (int[])[3, 8, 0, 5])
        {
            var image = new SimFileSystem(run.CrashImage(firstWrite + writes, seed: 1));
            Assert.That(Content(image, File), Has.Length.EqualTo(writes));
        }
    }

    [TestCase(false)]
    [TestCase(true)]
    public void FailAt_Operation_FailsOnceOrForEver(bool forEver)
    {
        SimFileSystem files = Mounted();
        using IFile file = files.Open(File, FileOpenMode.CreateNew);
        files.FailAt(files.OperationCount + 1, forEver);
        file.Write(0, [1]);
        Assert.That(() => file.Write(1, [2, 3]), Throws.InstanceOf<FileOperationException>());
        Assert.That(file.Length, Is.EqualTo(2), "a failed write may leave a part");
        Assert.That(() => file.Write(1, [2, 3]), forEver ? Throws.InstanceOf<FileOperationException>() : Throws.Nothing);
    }

    [Test]
    public void Content_WritesAndTruncations_EqualAnArray()
    {
        var random = new SimRandom(20260501);
        byte[] model = new byte[40_000];
        int length = 0;
        SimFileSystem files = Mounted();
        using IFile file = files.Open(File, FileOpenMode.CreateNew);
        for (int i = 0; i < 2_000; i++)
        {
            int offset = random.Below(30_000);
            if (random.Below(8) == 0)
            {
                file.SetLength(offset);
                model.AsSpan(offset).Clear();
                length = offset;
            }
            else
            {
                byte[] data = new byte[random.Below(10_000)];
                Array.Fill(data, (byte)random.Below(3));
                file.Write(offset, data.AsSpan(0, data.Length / 2), data.AsSpan(data.Length / 2));
                data.CopyTo(model, offset);
                length = Math.Max(length, offset + data.Length);
            }

            if (i % 16 == 0)
            {
                file.Sync();
            }
        }

        Assert.That(Content(files, File), Is.EqualTo(model[..length]));
        Assert.That(Content(new SimFileSystem(files.Recording().CrashImage(files.OperationCount, 1)), File), Is.EqualTo(model[..length]));
    }

    [Test]
    public void Names_MissingOrTaken_AreRefused()
    {
        SimFileSystem files = Mounted();
        files.Open(File, FileOpenMode.CreateNew).Dispose();
        Assert.That(() => files.Open(File, FileOpenMode.CreateNew), Throws.InstanceOf<FileOperationException>());
        Assert.That(() => files.Open("x/f", FileOpenMode.CreateNew), Throws.InstanceOf<FileOperationException>());
        Assert.That(() => files.Open("d/none", FileOpenMode.Read), Throws.InstanceOf<FileOperationException>());
        Assert.That(() => files.Delete("d/none"), Throws.InstanceOf<FileOperationException>());
        Assert.That(files.ListFiles("d"), Is.EqualTo(new[] { "f" }));
    }

    [Test]
    public void RenameDirectory_BeforeAndAfterTheParentIsSynced_IsLostOrKeptAsAWhole()
    {
        SimFileSystem files = Mounted();
        files.CreateDirectory("d/new.tmp");
        files.Open("d/new.tmp/a", FileOpenMode.CreateNew).Dispose();
        files.SyncDirectory("d/new.tmp");
        files.TryLink("d/new.tmp/a", "d/new.tmp/b");
        files.RenameDirectory("d/new.tmp", "d/new");
        HashSet<string> found = [];
        SimRecording run = files.Recording();
        for (ulong seed = 0; seed < Seeds; seed++)
        {
            SimFileSystem cut = new(run.CrashImage(run.Operations.Count, seed));
            string folder = cut.DirectoryExists("d/new") ? "d/new" : "d/new.tmp";
            Assert.That(cut.DirectoryExists(folder) && cut.FileExists($"{folder}/a"));
            found.Add($"{folder} {cut.FileExists($"{folder}/b")}");
        }

        Assert.That(found, Is.EquivalentTo(new[] { "d/new True", "d/new False", "d/new.tmp True", "d/new.tmp False" }));
        files.SyncDirectory("d");
        run = files.Recording();
        SimFileSystem lost = new(run.CrashImage(run.Operations.Count, seed: 0));
        SimFileSystem kept = new(run.CrashImage(run.Operations.Count, seed: 1));
        Assert.That((lost.FileExists("d/new/a"), lost.FileExists("d/new/b")), Is.EqualTo((true, false)));
        Assert.That((kept.FileExists("d/new/a"), kept.FileExists("d/new/b")), Is.EqualTo((true, true)));
    }

    private static SimFileSystem Mounted()
    {
        var files = new SimFileSystem();
        files.CreateDirectory("d");
        return files;
    }

    private static SimFileSystem WithUnsyncedWrite(byte[] data)
    {
        SimFileSystem files = Mounted();
        using IFile file = files.Open(File, FileOpenMode.CreateNew);
        files.SyncDirectory("d");
        file.Write(0, data);
        return files;
    }

    private static IEnumerable<byte[]?> Cuts(SimFileSystem files, string path)
    {
        SimRecording run = files.Recording();
        for (ulong seed = 0; seed < Seeds; seed++)
        {
            yield return Content(new SimFileSystem(run.CrashImage(run.Operations.Count, seed)), path);
        }
    }

    private static byte[]? Content(SimFileSystem files, string path)
    {
        if (!files.FileExists(path))
        {
            return null;
        }

        using IFile file = files.Open(path, FileOpenMode.Read);
        byte[] bytes = new byte[file.Length];
        file.Read(0, bytes);
        return bytes;
    }

    // Whether some units are whole, some are lost, and none is mixed.
    private static bool IsTorn(byte[] bytes, int unit)
    {
        List<byte[]> units = [.. bytes.Chunk(unit)];
        return bytes.Length == Ones.Length
            && units.Any(part => part.All(value => value == 1))
            && units.Any(part => part.All(value => value == 0))
            && units.All(part => part.All(value => value == part[0]));
    }
}
