using System.Text;
using Signals.Storage.FileSystem;

namespace Signals.Tests.Storage.FileSystem;

/// <summary>What <see cref="IFileSystem"/> promises, on each real file system of this machine.</summary>
[TestFixture(false)]
[TestFixture(true)]
internal sealed class FileSystemTests(bool portable)
{
    private IFileSystem _files = null!;
    private string _directory = null!;

    [SetUp]
    public void CreateDirectory()
    {
        _files = portable ? new PortableFileSystem() : FileSystems.ForThisMachine();
        _directory = Directory.CreateTempSubdirectory("signals-files").FullName;
    }

    [TearDown]
    public void DeleteDirectory() => Directory.Delete(_directory, recursive: true);

    [Test]
    public void Write_OneAndTwoSpans_AreReadBack()
    {
        using IFile file = _files.Open(At("f"), FileOpenMode.CreateNew);
        file.Write(2, "cd"u8);
        file.Write(4, "ef"u8, "ghi"u8);
        file.Write(9, default, "j"u8);
        file.Write(10, "k"u8, default);
        file.Sync();
        Assert.That(file.Length, Is.EqualTo(11));
        byte[] bytes = new byte[32];
        Assert.That(file.Read(0, bytes), Is.EqualTo(11));
        Assert.That(Encoding.ASCII.GetString(bytes, 0, 11), Is.EqualTo("\0\0cdefghijk"));
        Assert.That(file.Read(11, bytes), Is.Zero);
        Assert.That(file.Read(100, bytes), Is.Zero);
    }

    [Test]
    public void SetLength_ShorterThanLonger_LeavesZeros()
    {
        using IFile file = _files.Open(At("f"), FileOpenMode.CreateNew);
        file.Write(0, "abcd"u8);
        file.SetLength(1);
        file.SetLength(3);
        byte[] bytes = new byte[3];
        Assert.That(file.Read(0, bytes), Is.EqualTo(3));
        Assert.That(bytes, Is.EqualTo("a\0\0"u8.ToArray()));
    }

    [Test]
    public void Open_ForeignRegularFile_ReadsIt()
    {
        File.WriteAllText(At("f"), "abc");
        using IFile file = _files.Open(At("f"), FileOpenMode.ReadForeign);
        Assert.That(file.Length, Is.EqualTo(3));
    }

    [Test]
    public void Open_ForeignLinkOrDirectory_IsRefused()
    {
        File.WriteAllText(At("f"), "abc");
        File.CreateSymbolicLink(At("link"), At("f"));
        Directory.CreateDirectory(At("folder"));
        Assert.That(() => _files.Open(At("link"), FileOpenMode.ReadForeign), Refuses("link"));
        Assert.That(() => _files.Open(At("folder"), FileOpenMode.ReadForeign), Refuses("folder"));
        Assert.That(() => _files.Open(At("none"), FileOpenMode.ReadForeign), Refuses("none"));
    }

    [Test]
    public void TryLink_ToAFreeName_SharesTheFileOrChangesNothing()
    {
        File.WriteAllText(At("f"), "abc");
        bool linked = _files.TryLink(At("f"), At("g"));
        Assert.That(linked, Is.EqualTo(!portable && OperatingSystem.IsLinux()));
        Assert.That(File.Exists(At("g")), Is.EqualTo(linked));
        if (linked)
        {
            Assert.That(() => _files.TryLink(At("f"), At("g")), Refuses("g"));
            _files.Delete(At("f"));
            Assert.That(File.ReadAllText(At("g")), Is.EqualTo("abc"));
        }
    }

    [Test]
    public void Open_MissingOrTaken_NamesOperationAndPath()
    {
        Assert.That(() => _files.Open(At("none"), FileOpenMode.Read), Refuses("none"));
        Assert.That(() => _files.Open(At("none"), FileOpenMode.ReadWrite), Refuses("none"));
        _files.Open(At("f"), FileOpenMode.CreateNew).Dispose();
        Assert.That(() => _files.Open(At("f"), FileOpenMode.CreateNew), Refuses("f"));
        Assert.That(() => _files.Delete(At("none")), Refuses("none"));
        Assert.That(() => _files.SyncDirectory(At("none")), Refuses("none"));
    }

    [Test]
    public void Rename_OverAnExistingFile_ReplacesIt()
    {
        using (IFile old = _files.Open(At("old"), FileOpenMode.CreateNew))
        {
            old.Write(0, "x"u8);
        }

        using (IFile file = _files.Open(At("new"), FileOpenMode.CreateNew))
        {
            file.Write(0, "yz"u8);
        }

        _files.Rename(At("new"), At("old"));
        _files.SyncDirectory(_directory);
        Assert.That(_files.ListFiles(_directory), Is.EqualTo(new[] { "old" }));
        using IFile renamed = _files.Open(At("old"), FileOpenMode.Read);
        Assert.That(renamed.Length, Is.EqualTo(2));
    }

    [Test]
    public void Publish_LeftoverOfACrash_IsReplaced()
    {
        using (IFile left = _files.Open(At("CURRENT.tmp"), FileOpenMode.CreateNew))
        {
            left.Write(0, "MANIFEST-000001 64 0123abcd\n"u8);
        }

        DurableFile.Publish(_files, At("CURRENT"), file => file.Write(0, "a"u8));
        DurableFile.Publish(_files, At("CURRENT"), file => file.Write(0, "b"u8));
        Assert.That(_files.ListFiles(_directory), Is.EqualTo(new[] { "CURRENT" }));
    }

    [Test]
    public void CreateDirectory_WhereAFileIs_NamesThePathAndTheCause()
    {
        File.WriteAllText(At("taken"), "");
        FileOperationException error = Assert.Throws<FileOperationException>(() => _files.CreateDirectory(At("taken")))!;
        Assert.That(error.Message, Does.Contain(At("taken")).And.Not.Contain("errno 0"));
    }

    [Test]
    public void CreateDirectory_NestedTwice_ExistsForItsOwnerAlone()
    {
        string nested = At("a/b/c");
        _files.CreateDirectory(nested);
        _files.CreateDirectory(nested + "/");
        Assert.That(_files.DirectoryExists(nested));
        Assert.That(_files.AvailableBytes(nested), Is.Positive);
        _files.Open(Path.Combine(nested, "f"), FileOpenMode.CreateNew).Dispose();
        if (!OperatingSystem.IsWindows())
        {
            const UnixFileMode owner = UnixFileMode.UserRead | UnixFileMode.UserWrite;
            Assert.That(File.GetUnixFileMode(nested), Is.EqualTo(owner | UnixFileMode.UserExecute));
            Assert.That(File.GetUnixFileMode(Path.Combine(nested, "f")), Is.EqualTo(owner));
        }
    }

    [Test]
    public void Lock_HeldTwice_IsRefusedUntilReleased()
    {
        using (_files.Lock(At("LOCK")))
        {
            var refusal = Assert.Throws<StoreLockedException>(() => _files.Lock(At("LOCK")));
            Assert.That(refusal!.Message, Does.Contain(portable ? "LOCK" : $"process {Environment.ProcessId} ("));
        }

        Assert.That(() => _files.Lock(At("LOCK")).Dispose(), Throws.Nothing);
    }

    [Test]
    public void Use_AfterDispose_Throws()
    {
        IFile file = _files.Open(At("f"), FileOpenMode.CreateNew);
        file.Dispose();
        Assert.That(() => file.Write(0, "x"u8), Throws.InstanceOf<ObjectDisposedException>());
        Assert.That(() => file.Read(0, new byte[1]), Throws.InstanceOf<ObjectDisposedException>());
        Assert.That(file.Sync, Throws.InstanceOf<ObjectDisposedException>());
    }

    [Test]
    public void RenameDirectory_WithFiles_TakesThemAlongAndReplacesNothing()
    {
        _files.CreateDirectory(At("d"));
        _files.CreateDirectory(At("taken"));
        _files.Open(At("d/f"), FileOpenMode.CreateNew).Dispose();
        Assert.That(() => _files.RenameDirectory(At("d"), At("taken")), Throws.InstanceOf<FileOperationException>());
        _files.RenameDirectory(At("d"), At("e"));
        Assert.That(_files.FileExists(At("e/f")) && !_files.DirectoryExists(At("d")));
        Assert.That(() => _files.DeleteDirectory(At("e")), Throws.InstanceOf<FileOperationException>());
        _files.Delete(At("e/f"));
        _files.DeleteDirectory(At("e"));
        Assert.That(_files.DirectoryExists(At("e")), Is.False);
    }

    private static NUnit.Framework.Constraints.ContainsConstraint Refuses(string name) =>
        Throws.InstanceOf<FileOperationException>().With.Message.Contain(name).And.Message.Contain("failed");

    private string At(string name) => Path.Combine(_directory, name);
}
