using Signals.Storage.FileSystem;
using Signals.Tests.Storage.Tables;

namespace Signals.Tests.Storage.FileSystem;

/// <summary>A file that is opened several times has one handle, which lives until the last of its users lets go of it.</summary>
[Category("Fast")]
internal sealed class SharedFilesTests
{
    [Test]
    public void Open_TheSameFileAgain_SharesItUntilTheLastIsDisposed()
    {
        MemoryFileSystem files = new();
        files["/a"] = [1, 2, 3];
        SharedFiles shared = new(files);
        IFile first = shared.Open("/a");
        files["/a"] = [4, 5, 6];
        IFile second = shared.Open("/a");
        first.Dispose();
        first.Dispose();
        Span<byte> found = stackalloc byte[3];
        Assert.That(second.Read(0, found), Is.EqualTo(3));
        Assert.That(found.ToArray(), Is.EqualTo(new byte[] { 1, 2, 3 }), "one handle, however often one user closes it");
        second.Dispose();
        using IFile third = shared.Open("/a");
        third.Read(0, found);
        Assert.That(found.ToArray(), Is.EqualTo(new byte[] { 4, 5, 6 }), "opened anew");
    }

    [Test]
    public void BeginRead_OneUser_ReachesTheFile()
    {
        MemoryFileSystem files = new();
        files["/a"] = [1, 2, 3];
        using IFile shared = new SharedFiles(files).Open("/a");
        shared.BeginRead(1, 2);
        shared.ExpectScatteredReads();
        using HeldFiles held = new(files);
        held.Hold("/a");
        using IFile again = held.Open("/a", FileOpenMode.Read);
        again.BeginRead(0, 1);
        again.ExpectScatteredReads();
        Assert.That(files.Asked.Select(asked => (asked.Offset, asked.Length)), Is.EqualTo(new[] { (1L, 2L), (0L, 1L) }));
        Assert.That(files.Scattered, Is.EqualTo(2));
    }
}
