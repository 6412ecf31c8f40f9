using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Signals.Core.DefinitionVersions;
using Signals.Definitions;
using Signals.Storage.DefinitionFiles;
using Signals.Tests.Simulation;
using static Signals.Tests.Core.DefinitionVersions.RegistrySamples;
using static Signals.Tests.Storage.DefinitionFiles.DefinitionFileSample;

namespace Signals.Tests.Storage.DefinitionFiles;

/// <summary>What a registry finds again after a restart, and what code that registers its definitions again changes.</summary>
[Category("Fast")]
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
internal sealed class StoredRegistryTests
{
    private static readonly RegistrationCode<string> Plain = new(Compile, Compile, HasOwnStages: false);

    private readonly SimFileSystem _files = NewFiles();

    [Test]
    public void Register_OtherContentUnderAStoredVersion_IsRefusedAfterARestart()
    {
        Open(_files).Register(Feed(1));
        DefinitionRegistry<string> again = Open(_files);
        DefinitionException error = Assert.Throws<DefinitionException>(() => again.Register(Feed(1) with { Description = "changed" }))!;
        Assert.That(error.Errors.Single().Path, Is.EqualTo("$.version"));
        Assert.That(error.Message, Does.Contain("since 20").And.Contain("another version, 2 or later"));
        Assert.That(() => again.Register(Feed(1, owner: "fraud")), Throws.TypeOf<DefinitionException>().With.Message.Contains("ranking"));
        Assert.That(Served(again), Is.EqualTo("feed v1 size 10"));
    }

    [Test]
    public void Register_WhatWasRegisteredLast_LeavesARollbackAndARetirement()
    {
        DefinitionRegistry<string> registry = Open(_files);
        registry.Register(Feed(1));
        registry.Register(Feed(2));
        registry.RollBack("feed");
        registry = Open(_files);
        registry.Register(Feed(2));
        Assert.That(Served(registry), Is.EqualTo("feed v1 size 10"), "rolled back before the restart");
        registry.Register(Feed(2));
        Assert.That(Served(registry), Is.EqualTo("feed v2 size 10"), "this run had registered it before");
        registry.Retire("feed");
        registry = Open(_files);
        registry.Register(Feed(2));
        Assert.That(Served(registry), Is.Null);
        Assert.That(registry.RollBack("feed"), Is.True);
        Assert.That(Served(registry), Is.EqualTo("feed v2 size 10"));
    }

    [Test]
    public void Register_AfterAnOperatorRegisteredANewerVersion_LeavesThatOne()
    {
        DefinitionRegistry<string> registry = Open(_files);
        registry.Register(Feed(1));
        registry.Register(Feed(2), Plain, RegistrationOrigin.Operator);
        registry = Open(_files);
        registry.Register(Feed(1));
        Assert.That(Served(registry), Is.EqualTo("feed v2 size 10"));
        registry = Open(_files);
        registry.Register(Feed(3));
        Assert.That(Served(registry), Is.EqualTo("feed v3 size 10"), "a new version of the code ends it");
    }

    [Test]
    public void Register_AfterMoreVersionsOfAnOperatorThanAreKept_LeavesTheLastOfThem()
    {
        DefinitionRegistry<string> registry = Open(_files);
        registry.Register(Feed(1));
        for (int version = 2; version <= 20; version++)
        {
            registry.Register(Feed(version), Plain, RegistrationOrigin.Operator);
        }

        byte[] stored = Bytes(_files);
        registry = Open(_files);
        registry.Register(Feed(1));
        Assert.That(Served(registry), Is.EqualTo("feed v20 size 10"));
        Assert.That(Bytes(_files), Is.EqualTo(stored));
        Assert.That(
            registry.Versions("feed").Select(version => version.Definition.Version),
            Is.EqualTo(new[] { 1 }.Concat(Enumerable.Range(6, 15))));
    }

    [Test]
    public void Register_SeveralVersionsAtEachStart_EndsWithTheLast()
    {
        DefinitionRegistry<string> registry = Open(_files);
        registry.Register(Feed(1));
        registry.Register(Feed(2));
        registry.RollBack("feed");
        registry = Open(_files);
        registry.Register(Feed(1));
        registry.Register(Feed(2));
        Assert.That(Served(registry), Is.EqualTo("feed v2 size 10"), "the limit that the pages name: the rollback is undone");
    }

    [Test]
    public void Register_AnEarlierVersionThanTheLast_IsActiveAsInADeploymentThatWasRolledBack()
    {
        DefinitionRegistry<string> registry = Open(_files);
        registry.Register(Feed(1));
        registry.Register(Feed(2));
        registry = Open(_files);
        registry.Register(Feed(1));
        Assert.That(Served(registry), Is.EqualTo("feed v1 size 10"));
        registry = Open(_files);
        registry.Register(Feed(2));
        Assert.That(Served(registry), Is.EqualTo("feed v2 size 10"), "and forward again");
    }

    [Test]
    public void Default_OfAStoredVersionThatNeedsCode_SaysSoUntilCodeRegistersAnyVersionOfTheName()
    {
        DefinitionRegistry<string> registry = Open(_files);
        registry.Register(Feed(1), _ => "with enrichers");
        registry.Register(Feed(2), _ => "with enrichers");
        registry = OpenWithout();
        registry.TryGet("feed", out RegisteredDefinition<string>? active);
        DefinitionException error = Assert.Throws<DefinitionException>(() => _ = active!.Default)!;
        Assert.That(error.Message, Does.Contain("Version 2 of the definition 'feed'").And.Contain("no enricher"));
        Assert.That(() => registry.Activate("feed", 1), Throws.TypeOf<DefinitionException>());
        Assert.That(() => registry.RollBack("feed"), Throws.TypeOf<DefinitionException>());
        Assert.That(registry.Unusable().Select(one => (one.Version, one.IsActive)), Is.EqualTo(new[] { (1, false), (2, true) }));
        Assert.That(registry.Versions("feed"), Has.Count.EqualTo(2), "what is stored is not lost");
        registry.Register(Feed(2), _ => "with enrichers");
        Assert.That(Served(registry), Is.EqualTo("with enrichers"));
        Assert.That(registry.Unusable(), Is.Empty, "version 1 got the enrichers that came with version 2");
        Assert.That(registry.RollBack("feed"), Is.True);
    }

    [Test]
    public void Default_OfAVersionWithOwnStages_NeedsItsOwnRegistration()
    {
        RegistrationCode<string> code = new(_ => "own stages", Compile, HasOwnStages: true);
        Open(_files).Register(Feed(1), code);
        DefinitionRegistry<string> again = Open(_files);
        Assert.That(() => Served(again), Throws.TypeOf<DefinitionException>().With.Message.Contains("stages of the host's code"));
        Assert.That(() => again.TryFind(Feed(1).ComputeContentHash(), out _), Throws.TypeOf<DefinitionException>());
        again.Register(Feed(1), code);
        Assert.That(Served(again), Is.EqualTo("own stages"));
    }

    [Test]
    public void Served_WithAConditionInTheHostsCode_IsNotReplacedByAnEarlierVersion()
    {
        SequenceDefinition inCode = Feed(2) with { Where = Predicate.Host<float>("price", price => price < 1) };
        DefinitionRegistry<string> registry = Open(_files);
        registry.Register(Feed(1));
        registry.Register(inCode);
        registry = Open(_files);
        Assert.That(() => Served(registry), Throws.TypeOf<DefinitionException>().With.Message.Contains("condition in the host's code"));
        Assert.That(() => registry.Register(Feed(2)), Throws.TypeOf<DefinitionException>(), "that is other content");
        registry.Register(inCode);
        Assert.That(Served(registry), Is.EqualTo("feed v2 size 10"));
    }

    [Test]
    public void Open_WithJsonThatOnlyANewerProgramReads_KeepsItAndSaysSo()
    {
        byte[] json = Encoding.UTF8.GetBytes("{\"a_new_key\":1," + Feed(2).ToJson()[1..]);
        StoredVersion newer = new(
            2, json, BinaryPrimitives.ReadUInt128BigEndian(SHA256.HashData(json)), 0, StoredVersion.StillServed, HasOwnStages: false);
        StoredVersion older = StoredVersion.Of(Feed(1), DateTimeOffset.UnixEpoch, hasOwnStages: false);
        DefinitionFile.Publish(FolderOf(_files), DefinitionFileWriter.Write(
            [new StoredHistory { Name = "feed", Owner = "ranking", Versions = [older, newer], Activations = [0, 1] }]));
        DefinitionRegistry<string> registry = Open(_files);
        Assert.That(() => Served(registry), Throws.TypeOf<DefinitionException>().With.Message.Contains("a_new_key"));
        Assert.That(registry.Unusable().Select(one => (one.Version, one.IsActive)), Is.EqualTo(new[] { (2, true) }));
        Assert.That(registry.Versions("feed").Select(version => version.Definition.Version), Is.EqualTo(new[] { 1 }));
        Assert.That(() => registry.Register(Feed(2)), Throws.TypeOf<DefinitionException>(), "that is other content");
        registry.Register(Feed(3));
        Assert.That(Served(registry), Is.EqualTo("feed v3 size 10"));
        Assert.That(DefinitionFile.TryRead(FolderOf(_files))!.Names.Single().Versions[1].Json.ToArray(), Is.EqualTo(json));
    }

    [Test]
    public void StartShadow_ThenRestartAndRegisterAgain_GoesOn()
    {
        DefinitionRegistry<string> registry = Open(_files);
        registry.Register(Feed(1));
        registry.StartShadow("feed", Feed(9), every: 7);
        registry = OpenWithout();
        Assert.That(Shadow(registry), Is.Null, "it waits for its enrichers");
        Assert.That(registry.Unusable().Select(one => (one.Version, one.IsActive)), Is.EqualTo(new[] { (1, true), (9, false) }));
        Assert.That(registry.Unusable()[1].Reason, Does.Contain("candidate").And.Contain("cannot run now"));
        registry.Register(Feed(1), _ => "with enrichers");
        Assert.That(Shadow(registry)?.Candidate.Definition, Is.EqualTo(Feed(9)));
        Assert.That(registry.Unusable(), Is.Empty);
        registry.Register(Feed(2), _ => "with enrichers");
        Assert.That(Shadow(Open(_files)), Is.Null, "it ended with the version that it was compared with");
    }

    [Test]
    public void Open_WithAShadowOfWhichTheCompilerFails_FailsNeitherTheOpeningNorARegistration()
    {
        DefinitionRegistry<string> registry = Open(_files);
        registry.Register(Feed(1));
        registry.StartShadow("feed", Feed(9), every: 7);
        registry = new(Fails, keeper: new Receipts(_files));
        Assert.That(registry.Unusable().Single().Reason, Does.Contain("a fault of the compiler"));
        registry.Register(Feed(1), Fails);
        Assert.That(Served(registry), Is.EqualTo("feed v1 size 10"));
        Assert.That(Shadow(registry), Is.Null);
        registry.Register(Feed(1), Compile);
        Assert.That(Shadow(registry), Is.Not.Null, "it stayed stored");

        static string Fails(SequenceDefinition definition) =>
            definition.Version == 9 ? throw new InvalidOperationException("a fault of the compiler") : Compile(definition);
    }

    [Test]
    public void FollowLog_AfterARestart_ServesWhatWasRegisteredSinceAndKeepsTheRestForReceipts()
    {
        DefinitionRegistry<string> registry = new(Compile, keeper: new Receipts(_files));
        registry.Register(Feed(1));
        registry.Register(Feed(2));
        registry.Register(Feed(1, name: "alone"));
        registry.Activate("feed", 1);
        byte[] stored = Bytes(_files);
        registry = new(Compile, keeper: new Receipts(_files));
        registry.Register(Feed(2));
        registry.FollowLog();
        registry.FollowLog();
        Assert.That(registry.Names, Is.EqualTo(new[] { "feed" }), "nobody registered the other name");
        Assert.That(Served(registry), Is.EqualTo("feed v2 size 10"), "what one replica activated by itself is not the log's");
        Assert.That(registry.TryFind(Feed(1).ComputeContentHash(), out _), Is.True);
        Assert.That(Bytes(_files), Is.EqualTo(stored));
        SequenceDefinition ofTheLog = Feed(1, owner: "log", name: "alone") with { Description = "of the log" };
        registry.Register(ofTheLog, Plain, RegistrationOrigin.Log);
        Assert.That(Served(registry, "alone"), Is.EqualTo("alone v1 size 10"));
        Assert.That(registry.TryFind(Feed(1, name: "alone").ComputeContentHash(), out _), Is.True, "the version of before, for receipts");
        registry.Register(Feed(3));
        Assert.That(
            new Receipts(_files).Kept.Single(name => name.Name == "alone").Versions, Is.Empty, "the log keeps what it brought");
        registry = new(Compile, keeper: new Receipts(_files));
        Assert.That(registry.TryFind(Feed(1, name: "alone").ComputeContentHash(), out _), Is.True, "of the owner of before");
        registry.FollowLog();
        registry.Register(ofTheLog, Plain, RegistrationOrigin.Log);
        Assert.That(Served(registry, "alone"), Is.EqualTo("alone v1 size 10"));
    }

    [Test]
    public void FollowLog_BeforeCodeRegisters_NothingStoredRefusesARegistration()
    {
        Open(_files).Register(Feed(2) with { Description = "of an earlier deployment" });
        Open(_files).Register(Feed(1, owner: "others", name: "second"));
        DefinitionRegistry<string> registry = Open(_files);
        registry.FollowLog();
        Assert.That(() => registry.Register(Feed(2)), Throws.Nothing);
        Assert.That(() => registry.Register(Feed(1, name: "second")), Throws.Nothing);
        Assert.That(registry.Names, Is.EquivalentTo(new[] { "feed", "second" }));
    }

    [Test]
    public void Register_MoreThanCanBeActivated_KeepsWhatReceiptsNeedAndNoMore()
    {
        Receipts receipts = new(_files);
        DefinitionRegistry<string> registry = new(Compile, new DefinitionRegistryOptions { MaxVersions = 2 }, keeper: receipts);
        for (int version = 1; version <= 5; version++)
        {
            receipts.Mark = (ulong)version * 10;
            registry.Register(Feed(version));
        }

        receipts = new Receipts(_files) { Mark = 60 };
        registry = new(Compile, new DefinitionRegistryOptions { MaxVersions = 2 }, keeper: receipts);
        Assert.That(Found(), Is.EqualTo(new[] { 1, 2, 3, 4, 5 }));
        Assert.That(registry.Versions("feed").Select(version => version.Definition.Version), Is.EqualTo(new[] { 4, 5 }));
        Assert.That(
            () => registry.Register(Feed(1) with { Description = "changed" }), Throws.TypeOf<DefinitionException>(), "the number is used");
        receipts.Oldest = 32; // version 1 was served up to 20, version 2 up to 30; one more may have been in a read
        registry.Register(Feed(6));
        Assert.That(Found(), Is.EqualTo(new[] { 3, 4, 5, 6 }));
        registry.Register(Feed(3));
        Assert.That(Served(registry), Is.EqualTo("feed v3 size 10"), "a past version that is registered again");

        int[] Found() => [.. Enumerable.Range(1, 6).Where(version => registry.TryFind(Feed(version).ComputeContentHash(), out _))];
    }

    private static ShadowDefinition<string>? Shadow(DefinitionRegistry<string> registry) =>
        registry.TryGet("feed", out RegisteredDefinition<string>? registered) ? registered.Shadow : null;

    private DefinitionRegistry<string> OpenWithout() => new(
        _ => throw new DefinitionException("No", [new DefinitionError("$", "there is no enricher")]), keeper: new Receipts(_files));
}
