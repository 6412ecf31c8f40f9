using System.Text;
using Signals.Enrichment;
using Signals.Maintenance;
using Signals.Offline;
using Signals.Storage.FileSystem;
using Signals.Tests.Simulation;
using Signals.Tests.Storage.Engine;
using Signals.Tests.Storage.Entities;

namespace Signals.Tests.Reliability;

/// <summary>
/// Files of other programs that bear the names of ours, wherever this library writes: nothing of them is deleted or overwritten.
/// </summary>
[Category("Reliability")]
internal sealed class ForeignFilesTests
{
    private const string Folder = TestStores.Folder;

    private static readonly string[] Contents =
        ["", "x", "some text of another program, longer than any header of ours would be ............."];

    private static readonly string[] Names =
    [
        "LOCK", "CURRENT", "CURRENT.tmp", "MANIFEST-000001", "MANIFEST-000002",
        "MANIFEST-000009", "MANIFEST-000001.tmp", "VERSIONS-000001", "VERSIONS-000002.tmp",
        "000001.log", "000001.log.tmp", "000900.log.tmp", "000002.tbl", "000900.tbl",
        "1152921504606846977.tbl", "000003.seg", "000900.col", "notes.txt",
    ];

    private readonly ManualTime _time = new(TestStores.Start);

    private static StoreSchema Schema => ImportStore.Schema;

    [Test]
    public void Open_FolderWithAnyForeignFile_IsRefusedAndUntouched([ValueSource(nameof(Names))] string name, [Values(1, 2)] int content)
    {
        SimFileSystem files = new();
        Put(files, Path.Combine(Folder, name), Contents[content]);
        int operations = files.OperationCount;
        Assert.That(
            () => TestStores.Open(files, Schema, _time), Throws.InstanceOf<ForeignFolderException>().Or.InstanceOf<CorruptionException>());
        Assert.That(files.OperationCount, Is.EqualTo(operations), "not one change");
    }

    [Test]
    public void Open_FolderWithAFolderInIt_IsRefusedUnlessItIsAVolumesOwn()
    {
        SimFileSystem files = new();
        files.CreateDirectory(Folder + "/lost+found");
        TestStores.Open(files, Schema, _time).Dispose();
        SimFileSystem other = new();
        other.CreateDirectory(Folder + "/photos");
        Assert.That(() => TestStores.Open(other, Schema, _time), Throws.InstanceOf<ForeignFolderException>());
    }

    [Test]
    public void Open_StoreWithForeignFiles_LeavesThemAndWorks([ValueSource(nameof(Contents))] string content)
    {
        SimFileSystem files = new();
        using (SignalStore store = TestStores.Open(files, Schema, _time))
        {
            ImportStore.Append(store, 1, 1, 2, 3);
        }

        string[] foreign = [.. Names
            .Where(
                name => !files.FileExists(Path.Combine(Folder, name))
                    && !name.EndsWith(".log", StringComparison.Ordinal) && name is not ("LOCK" or "VERSIONS-000001"))
            .Append("staging/000007.seg").Append("staging/notes.txt")
            .Select(name => Path.Combine(Folder, name))];
        foreach (string path in foreign)
        {
            Put(files, path, content);
        }

        for (int round = 0; round < 3; round++)
        {
            using SignalStore store = TestStores.Open(files, Schema, _time);
            ImportStore.Append(store, 2, 10 + round);
            store.CompactAsync().GetAwaiter().GetResult();
            Assert.That(ImportStore.Hours(store, 1), Is.EqualTo(new[] { 3, 2, 1 }));
            Assert.That(store.Verify().IsIntact);
        }

        AssertUntouched(files, foreign, content);
    }

    /// <summary>A flush deletes the logs that it made unnecessary, and finds them by their names.</summary>
    [Test]
    public void Flush_ForeignLogBeforeTheFirstLiveOne_StaysAndIsNoPlaceOfAnErasedUser([ValueSource(nameof(Contents))] string content)
    {
        SimFileSystem files = new();
        using SignalStore store = TestStores.Open(files, Schema, _time);
        for (int round = 0; round < 3; round++)
        {
            ImportStore.Append(store, 1, round);
            store.FlushAsync().GetAwaiter().GetResult();
        }

        string foreign = Path.Combine(Folder, "000001.log");
        Assert.That(files.FileExists(foreign), Is.False, "the store's own is gone");
        Put(files, foreign, content);
        Task<ErasureCertificate> erased = store.EraseCertifiedAsync(UserId.From(1UL));
        store.Engine.RunPending();
        ErasureCertificate certificate = erased.GetAwaiter().GetResult();
        store.CompactAsync().GetAwaiter().GetResult();
        AssertUntouched(files, [foreign], content);
        Assert.That(certificate.IsComplete);
    }

    /// <summary>A list of versions that is none of ours says nothing of what the store keeps, and locks nobody out of it.</summary>
    [Test]
    public void Open_StoreThatKeepsNoVersionsWithAForeignListOfThem_OpensAndLeavesIt([ValueSource(nameof(Contents))] string content)
    {
        SimFileSystem files = new();
        TestStores.Open(files, Schema, _time).Dispose();
        string foreign = Path.Combine(Folder, "VERSIONS-000001");
        Put(files, foreign, content);
        using SignalStore store = TestStores.Open(files, Schema, _time);
        Assert.That(store.Engine.History, Is.Null);
        AssertUntouched(files, [foreign], content);
    }

    [Test]
    public void Open_FolderWithAStagingFolderThatHoldsFolders_IsRefusedUntouched()
    {
        SimFileSystem files = new();
        files.CreateDirectory(Folder + "/staging/photos");
        int operations = files.OperationCount;
        Assert.That(() => TestStores.Open(files, Schema, _time), Throws.InstanceOf<ForeignFolderException>());
        Assert.That(files.OperationCount, Is.EqualTo(operations));
    }

    /// <summary>The folder that a checkpoint is made in: a lock file there may be another program's.</summary>
    [Test]
    public void Checkpoint_ForeignLockInTheFolderOfItsTemporaryName_Stays()
    {
        SimFileSystem files = ImportStore.NewFiles();
        Put(files, "/offline/copy.tmp/LOCK", "mine");
        using SignalStore store = TestStores.Open(files, Schema, _time);
        store.Engine.CheckpointAsync("/offline/copy", default).GetAwaiter().GetResult();
        AssertUntouched(files, ["/offline/copy.tmp/LOCK"], "mine");
    }

    [Test]
    public void Writers_ForeignTemporaryFiles_StayAndTheWorkIsDone([ValueSource(nameof(Contents))] string content)
    {
        SimFileSystem files = ImportStore.NewFiles();
        string[] foreign =
        [
            "/offline/in.seg.new.tmp", "/offline/in.seg.patches.tmp",
            "/offline/in.seg.run000001.tmp", "/offline/items.tmp", "/offline/items.run1.tmp",
            "/offline/copy.tmp/000001.tbl", "/offline/copy.tmp/MANIFEST-000001",
        ];
        foreach (string path in foreign)
        {
            Put(files, path, content);
        }

        ImportStore.Write(files, [(1, 1), (2, 2)]);
        using (EntityTableWriter writer = EntityTableWriter.Create(
            files, "/offline/items", EntitySamples.Schema, EntitySamples.SmallBlocks))
        {
            EntitySamples.Add(writer, 1);
            writer.Finish();
        }

        using SignalStore store = TestStores.Open(files, Schema, _time);
        Assert.That(
            store.Engine.ImportAsync(ImportStore.Segment, new ImportOptions(), default).GetAwaiter().GetResult().Events, Is.EqualTo(2));
        store.Engine.CheckpointAsync("/offline/copy", default).GetAwaiter().GetResult();
        Assert.That(files.FileExists("/offline/copy/CURRENT"));
        AssertUntouched(files, foreign, content);
    }

    [Test]
    public void EntityWriter_ForeignFileAtThePath_IsNotReplaced()
    {
        SimFileSystem files = ImportStore.NewFiles();
        Put(files, "/offline/items", "a letter");
        Assert.That(
            () => EntityTableWriter.Create(files, "/offline/items", EntitySamples.Schema, EntitySamples.SmallBlocks),
            Throws.InstanceOf<FileOperationException>());
        AssertUntouched(files, ["/offline/items"], "a letter");
    }

    [TestCase("LOCK")]
    [TestCase("in.seg.lock.tmp")]
    public void Lock_ForeignFile_IsRefusedAndUntouched(string name)
    {
        string folder = Directory.CreateTempSubdirectory("signals-foreign-").FullName;
        try
        {
            string path = Path.Combine(folder, name);
            File.WriteAllText(path, "mine");
            if (name == "LOCK")
            {
                Assert.That(() => SignalStore.Open(folder, Schema), Throws.InstanceOf<ForeignFolderException>());
            }

            Assert.That(() => FileSystems.ForThisMachine().Lock(path), Throws.InstanceOf<FileOperationException>());
            Assert.That(() => new PortableFileSystem().Lock(path), Throws.InstanceOf<FileOperationException>());
            Assert.That(File.ReadAllText(path), Is.EqualTo("mine"));
            Assert.That(Directory.EnumerateFileSystemEntries(folder).Count(), Is.EqualTo(1));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Test]
    public async Task Import_MoveOfTheStoresOwnSegmentByALink_TheSegmentStays([Values] bool isHardLink)
    {
        string root = Directory.CreateTempSubdirectory("signals-link-").FullName;
        try
        {
            string segment = Path.Combine(root, "in.seg");
            ImportStore.Write(FileSystems.ForThisMachine(), [(1, 1)], path: segment);
            string folder = Path.Combine(root, "store");
            await using SignalStore store = SignalStore.Open(folder, Schema, new StoreOptions { TimeProvider = _time });
            await store.ImportAsync(segment);
            string own = Directory.EnumerateFiles(folder, "*.seg").Single();
            string alias = Path.Combine(root, "alias");
            if (isHardLink)
            {
                Assert.That(FileSystems.ForThisMachine().TryLink(own, alias));
            }
            else
            {
                Directory.CreateSymbolicLink(alias, folder);
                alias = Path.Combine(alias, Path.GetFileName(own));
            }

            if (isHardLink)
            {
                // As after a move that was cut short: the other name goes.
                ImportResult again = await store.ImportAsync(alias, new ImportOptions { Move = true });
                Assert.That(again.AlreadyImported && again.SourceRemoved);
            }
            else
            {
                Assert.That(async () => await store.ImportAsync(alias, new ImportOptions { Move = true }), Throws.ArgumentException);
            }

            Assert.That(File.Exists(own));
            Assert.That(store.Verify().IsIntact);
        }
        finally
        {
            Directory.Delete(root, recursive: true);
        }
    }

    private static void Put(SimFileSystem files, string path, string content)
    {
        files.CreateDirectory(Path.GetDirectoryName(path)!);
        using IFile file = files.Open(path, FileOpenMode.CreateNew);
        file.Write(0, Encoding.UTF8.GetBytes(content));
    }

    private static void AssertUntouched(SimFileSystem files, IEnumerable<string> paths, string content)
    {
        foreach (string path in paths)
        {
            Assert.That(files.FileExists(path), path);
            using IFile file = files.Open(path, FileOpenMode.Read);
            byte[] bytes = new byte[file.Length];
            file.Read(0, bytes);
            Assert.That(Encoding.UTF8.GetString(bytes), Is.EqualTo(content), path);
        }
    }
}
