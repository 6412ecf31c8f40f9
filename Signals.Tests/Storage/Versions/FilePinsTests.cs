using Signals.Storage.FileSystem;
using Signals.Storage.Primitives;
using Signals.Storage.Versions;
using Signals.Tests.Simulation;

namespace Signals.Tests.Storage.Versions;

/// <summary>A file of a store has one owner of its deletion, however many find that it is not needed.</summary>
[Category("Fast")]
internal sealed class FilePinsTests
{
    private const string Table = "000001.tbl";
    private const string Other = "000002.tbl";

    private readonly List<string> _deleted = [];
    private FailStop _failStop = null!;
    private SimFileSystem _files = null!;
    private FilePins _pins = null!;

    [SetUp]
    public void SetUp()
    {
        _files = new SimFileSystem();
        _files.CreateDirectory("/d");
        Make(Table);
        Make(Other);
        _deleted.Clear();
        _failStop = new FailStop();
        _pins = new FilePins(new StoreFolder(_files, "/d"), _failStop);
        _pins.Deleted += _deleted.Add;
    }

    [TearDown]
    public void TearDown() => _pins.Dispose();

    [Test]
    public void Retire_ByTwo_DeletesOnceWithTheLastHold()
    {
        IDisposable version = _pins.Pin([Table]);
        IDisposable merge = _pins.Retire([Table]); // readers have it open
        _pins.Delete(Table); // an erasure was cleaned
        version.Dispose();
        Assert.That(_files.FileExists($"/d/{Table}"));
        merge.Dispose();
        merge.Dispose();
        Assert.That(_files.FileExists($"/d/{Table}"), Is.False);
        Assert.That(() => _pins.Delete(Table), Throws.Nothing);
        Assert.That(() => _pins.Retire([Table]).Dispose(), Throws.Nothing);
        Assert.That(_deleted, Is.EqualTo(new[] { Table }));
    }

    [Test]
    public void Release_OneCannotBeDeleted_DeletesTheOthersAndSaysSo()
    {
        IDisposable retired = _pins.Retire([Table, Other]);
        _files.FailAt(_files.OperationCount);
        Assert.That(retired.Dispose, Throws.InstanceOf<FileOperationException>());
        Assert.That(_deleted, Is.EqualTo(new[] { Other }));
        _pins.Delete(Table);
        Assert.That(_deleted, Is.EqualTo(new[] { Other, Table }));
    }

    [Test]
    public void Release_OfAReaderWhoseFileCannotBeDeleted_IsTriedAgainByTheUpkeep()
    {
        IDisposable reader = _pins.Pin([Table]);
        _pins.Delete(Table);
        _files.FailAt(_files.OperationCount);
        Assert.That(reader.Dispose, Throws.Nothing, "a reader is not the one to mend it");
        Assert.That(_deleted, Is.Empty);
        _pins.DeleteLate();
        Assert.That(_deleted, Is.EqualTo(new[] { Table }));
    }

    [Test]
    public void DeleteLogsBefore_BesideAPinOfALog_LeavesThatUntilItGoes()
    {
        Make("000003.log");
        Make("000004.log");
        Make("000005.log");
        IDisposable reader = _pins.Pin(["000003.log"]);
        _pins.DeleteLogsBefore(5);
        _pins.DeleteLogsBefore(5);
        Assert.That(_deleted, Is.EqualTo(new[] { "000004.log" }));
        reader.Dispose();
        Assert.That(_deleted, Is.EqualTo(new[] { "000004.log", "000003.log" }));
    }

    [Test]
    public void Delete_OfAStoreThatHasFailed_DeletesNothing()
    {
        IDisposable before = _pins.Retire([Other]);
        _failStop.Stop(new IOException("elsewhere"));
        _pins.Delete(Table);
        before.Dispose();
        Assert.That(_deleted, Is.Empty);
    }

    // With the first bytes of a log: one that is found by its name must be proven to be ours.
    private void Make(string name)
    {
        using IFile file = _files.Open($"/d/{name}", FileOpenMode.CreateNew);
        file.Write(0, "SIGNLOG1"u8);
    }
}
