using Signals.Storage.FileSystem;
using Signals.Storage.Versions;
using Signals.Tests.Storage.Engine.Following;

namespace Signals.Tests.Storage.Versions;

/// <summary>Whether a folder holds a store is looked up in several steps, and others do not stand still meanwhile.</summary>
[Category("Fast")]
internal sealed class FolderOwnershipTests
{
    private static readonly StoreSchema Schema = StoreSchema.Define(s => s.EventType("view", t => t.Field<int>("n")));

    private string _path = "";

    [SetUp]
    public void MakeFolder() => _path = Directory.CreateTempSubdirectory("signals-").FullName;

    [TearDown]
    public void DeleteFolder() => Directory.Delete(_path, recursive: true);

    [TestCase(1)]
    [TestCase(2)]
    [TestCase(3)]
    public void Require_AnotherProcessMakesTheStoreMeanwhile_SeesTheStore(int after)
    {
        MeddlingFiles files = new(FileSystems.ForThisMachine());
        int looks = 0;
        files.Meddle = () =>
        {
            if (looks++ == after)
            {
                SignalStore.Open(_path, Schema).Dispose();
            }
        };
        Assert.That(() => FolderOwnership.Require(new StoreFolder(files, _path)), Throws.Nothing);
        Assert.That(looks, Is.GreaterThan(after), "it was made in the middle of the look");
    }
}
