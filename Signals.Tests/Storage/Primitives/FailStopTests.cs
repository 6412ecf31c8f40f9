using Signals.Storage.Primitives;
using Signals.Storage.Versions;
using Signals.Tests.Simulation;

namespace Signals.Tests.Storage.Primitives;

/// <summary>The one gate of what becomes durable.</summary>
[Category("Fast")]
internal sealed class FailStopTests
{
    [Test]
    public void RequireWritable_ACheckThatDoesNotHold_FailsTheStoreForGood()
    {
        FailStop failStop = new();
        bool holds = true;
        failStop.AddCheck(() => _ = holds ? true : throw new IOException("the lock is gone"));
        Assert.That(failStop.RequireWritable, Throws.Nothing);
        holds = false;
        Assert.That(failStop.RequireWritable, Throws.TypeOf<StorePoisonedException>().With.InnerException.TypeOf<IOException>());
        holds = true;
        Assert.That(failStop.RequireWritable, Throws.TypeOf<StorePoisonedException>());
    }

    [Test]
    public void Stop_ThenFail_TellsOnceWithTheFirstError()
    {
        FailStop failStop = new();
        List<Exception> told = [];
        failStop.Failed += told.Add;
        IOException first = new("first");
        failStop.Stop(first);
        Assert.That(told, Is.Empty);
        failStop.Fail(new IOException("second"));
        failStop.Fail(new IOException("third"));
        Assert.That(told, Is.EqualTo(new[] { first }));
    }

    [Test]
    public void Commit_OfAManifestWhoseStoreHasFailed_WritesNothing()
    {
        SimFileSystem files = new();
        files.CreateDirectory("store");
        FailStop failStop = new();
        using Manifest manifest = Manifest.Create(
            new StoreFolder(files, "store"), new VersionEdit { NextFileNumber = 2 }, failStop: failStop);
        failStop.Stop(new IOException("elsewhere"));
        int operations = files.OperationCount;
        Assert.That(() => manifest.Commit(new VersionEdit { NextFileNumber = 3 }), Throws.TypeOf<StorePoisonedException>());
        Assert.That(files.OperationCount, Is.EqualTo(operations));
        Assert.That(manifest.State.NextFileNumber, Is.EqualTo(2));
    }
}
