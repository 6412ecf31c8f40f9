using Signals.Core.DefinitionVersions;
using Signals.Definitions;
using Signals.Storage.DefinitionFiles;
using Signals.Tests.Simulation;
using static Signals.Tests.Core.DefinitionVersions.RegistrySamples;
using static Signals.Tests.Storage.DefinitionFiles.DefinitionFileSample;

namespace Signals.Tests.Storage.DefinitionFiles;

/// <summary>How many names and versions are kept over restarts, and for how long.</summary>
[Category("Fast")]
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
internal sealed class StoredRegistryLimitTests
{
    private static readonly RegistrationCode<string> Plain = new(Compile, Compile, HasOwnStages: false);
    private static readonly DefinitionRegistryOptions Two = new() { MaxVersions = 2, MaxDefinitionsPerOwner = 2 };

    private readonly SimFileSystem _files = NewFiles();

    [Test]
    public void Register_MoreNamesThanAnOwnerMayHaveOverManyRuns_IsRefusedOnlyWithinOne()
    {
        for (int run = 0; run < 3; run++)
        {
            DefinitionRegistry<string> registry = Open(_files, Two);
            registry.Register(Feed(1, name: $"first_of_run_{run}"));
            registry.Register(Feed(1, name: $"second_of_run_{run}"));
            DefinitionException error = Assert.Throws<DefinitionException>(() => registry.Register(Feed(1, name: "third")))!;
            Assert.That(error.Message, Does.Contain("already has 2").And.Contain("remove one"));
        }

        DefinitionRegistry<string> last = Open(_files, Two);
        Assert.That(last.Names, Has.Count.EqualTo(6), "what code dropped is served until it is removed");
        Assert.That(
            () => last.Register(Feed(1, name: "of_a_person"), Plain, RegistrationOrigin.Operator),
            Throws.TypeOf<DefinitionException>().With.Message.Contains("already has 6"));
    }

    [Test]
    public void Register_WhileTheStoreGoesOn_KeepsTheReplacedVersionForReceiptsOfThatTime()
    {
        Receipts receipts = new(_files) { Mark = 10 };
        DefinitionRegistry<string> registry = new(Compile, Two, keeper: receipts);
        registry.Register(Feed(1));
        receipts.Meanwhile = () => receipts.Mark = 15; // reads go on with version 1
        registry.Register(Feed(2));
        receipts.Meanwhile = null;
        receipts.Oldest = 14;
        registry.Register(Feed(3));
        Assert.That(IsFound(registry, 1), Is.True, "a receipt of 15 names it");
        receipts = new Receipts(_files) { Mark = 15, Oldest = 14 };
        registry = new(Compile, Two, keeper: receipts);
        registry.Register(Feed(4));
        Assert.That(IsFound(registry, 1), Is.True, "stored with the next change");
        receipts.Oldest = 17;
        registry.Register(Feed(5));
        Assert.That(IsFound(registry, 1), Is.False);
    }

    [Test]
    public void Register_OfAnotherName_ForgetsWhatNoReceiptNeeds()
    {
        Receipts receipts = new(_files) { Mark = 10 };
        DefinitionRegistry<string> registry = new(Compile, Two, keeper: receipts);
        for (int version = 1; version <= 3; version++)
        {
            registry.Register(Feed(version));
        }

        Assert.That(IsFound(registry, 1), Is.True);
        receipts.Oldest = 12;
        registry.Register(Feed(1, name: "other"));
        Assert.That(IsFound(registry, 1), Is.False);
        Assert.That(receipts.Kept.Single(name => name.Name == "feed").Past, Is.Empty);
    }

    [Test]
    public void Retire_WithMoreFormerVersionsThanAreKept_IsDone()
    {
        StoredVersion[] past = [.. Enumerable.Range(1, DefinitionHistory<string>.MostPast + 1).Select(Stored)];
        DefinitionFile.Publish(FolderOf(_files), DefinitionFileWriter.Write(
        [
            new StoredHistory
            {
                Name = "feed", Owner = "ranking", Versions = [Stored(5000), Stored(5001)], Activations = [0, 1], Past = past,
            },
        ]));
        DefinitionRegistry<string> registry = new(Compile, Two, keeper: new Receipts(_files));
        Assert.That(registry.RollBack("feed"), Is.True);
        Assert.That(registry.Retire("feed"), Is.True);
        Assert.That(
            () => registry.Register(Feed(5002)),
            Throws.TypeOf<DefinitionException>().With.Message.Contains("more than 1024"), "this one would be one more");

        static StoredVersion Stored(int version) => StoredVersion.Of(Feed(version), DateTimeOffset.UnixEpoch, hasOwnStages: false);
    }

    private static bool IsFound(DefinitionRegistry<string> registry, int version) =>
        registry.TryFind(Feed(version).ComputeContentHash(), out _);
}
