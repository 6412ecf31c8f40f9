using System.Runtime.Versioning;

namespace Signals.Tests.Storage.Engine.Following;

/// <summary>A read-only store and folders of the real disk: another one under its path, and a link that leads into it.</summary>
[Category("Fast")]
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
internal sealed class FollowedFolderTests
{
    private static readonly StoreSchema Schema = StoreSchema.Define(schema => schema.EventType("view", type => type.Field<int>("n")));

    private readonly string _root = Directory.CreateTempSubdirectory("signals-").FullName;

    private string Store => Path.Combine(_root, "store");

    [TearDown]
    public void TearDown() => Directory.Delete(_root, recursive: true);

    [Test]
    [Platform("Linux")]
    public void Refresh_CopyOfTheFolderInItsPlace_IsRefused()
    {
        SignalStore.Open(Store, Schema).Dispose();
        using ReadOnlyStore reader = SignalStore.OpenReadOnly(Store);
        Directory.Move(Store, Path.Combine(_root, "old"));
        Directory.CreateDirectory(Store);

        // A process that another test starts at this moment holds the lock for as long as it takes to begin.
        foreach (string file in Directory.EnumerateFiles(Path.Combine(_root, "old")).Where(file => Path.GetFileName(file) != "LOCK"))
        {
            File.Copy(file, Path.Combine(Store, Path.GetFileName(file)));
        }

        Assert.That(() => reader.Refresh(), Throws.TypeOf<SignalsException>().With.Message.Contains("another store"));
        Assert.That(reader.GetUsers("view"), Is.Empty, "what was shown stays");
    }

    [Test]
    [Platform("Linux")]
    [UnsupportedOSPlatform("windows")]
    public void Checkpoint_IntoTheFolderThroughALink_IsRefused()
    {
        SignalStore.Open(Store, Schema).Dispose();
        string link = Path.Combine(_root, "link");
        Directory.CreateSymbolicLink(link, Store);
        using ReadOnlyStore reader = SignalStore.OpenReadOnly(Store);
        string[] targets = [Path.Combine(link, "inside"), Path.Combine(link, "new", "inside"), Path.Combine(Store, "inside")];
        foreach (string target in targets)
        {
            Assert.That(
                () => reader.CheckpointAsync(target).GetAwaiter().GetResult(),
                Throws.TypeOf<FileOperationException>().With.Message.Contains("in the store's folder"));
        }

        Assert.That(Directory.EnumerateDirectories(Store).Select(Path.GetFileName), Has.None.EqualTo("inside").And.None.EqualTo("new"));
        reader.CheckpointAsync(Path.Combine(_root, "beside")).GetAwaiter().GetResult();
    }
}
