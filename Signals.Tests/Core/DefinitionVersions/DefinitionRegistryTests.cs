using Signals.Core.DefinitionVersions;
using Signals.Definitions;
using static Signals.Tests.Core.DefinitionVersions.RegistrySamples;

namespace Signals.Tests.Core.DefinitionVersions;

[Category("Fast")]
internal sealed class DefinitionRegistryTests
{
    [Test]
    public void Register_NewVersion_ReplacesWhatIsServed()
    {
        DefinitionRegistry<string> registry = NewRegistry();
        Assert.That(Served(registry), Is.Null);
        registry.Register(Feed(1));
        registry.Register(Feed(2));
        Assert.That(Served(registry), Is.EqualTo("feed v2 size 10"));
        Assert.That(registry.Versions("feed").Select(v => (v.Definition.Version, v.IsActive)), Is.EqualTo(new[] { (1, false), (2, true) }));
        Assert.That(registry.Versions("feed")[0].RegisteredAt, Is.EqualTo(DateTimeOffset.FromUnixTimeMilliseconds(1_000)));
    }

    [Test]
    public void RollBack_Steps_GoBackThroughWhatWasActive()
    {
        DefinitionRegistry<string> registry = NewRegistry();
        for (int version = 1; version <= 3; version++)
        {
            registry.Register(Feed(version));
        }

        Assert.That(registry.Activate("feed", 1), Is.True);
        Assert.That(registry.Activate("feed", 4), Is.False);
        List<string?> served = [];
        while (registry.RollBack("feed"))
        {
            served.Add(Served(registry));
        }

        Assert.That(served, Is.EqualTo(new[] { "feed v3 size 10", "feed v2 size 10", "feed v1 size 10" }));
        Assert.That(registry.RollBack("nobody"), Is.False);
    }

    [Test]
    public void Register_MoreThanIsKept_ForgetsTheFirst()
    {
        DefinitionRegistry<string> registry = NewRegistry(new DefinitionRegistryOptions { MaxVersions = 4 });
        for (int version = 1; version <= 4; version++)
        {
            registry.Register(Feed(version));
        }

        registry.Activate("feed", 2);
        registry.Activate("feed", 1);
        registry.Activate("feed", 2);
        registry.Register(Feed(5));
        Assert.That(registry.Versions("feed").Select(v => v.Definition.Version), Is.EqualTo(new[] { 2, 3, 4, 5 }));
        Assert.That(registry.RollBack("feed"), Is.True);
        Assert.That(Served(registry), Is.EqualTo("feed v2 size 10"));
        Assert.That(registry.RollBack("feed"), Is.False, "version 1, which was active before, is forgotten");
    }

    [Test]
    public void Register_SameVersion_IsOneOnlyWithTheSameContent()
    {
        DefinitionRegistry<string> registry = NewRegistry();
        registry.Register(Feed(1));
        registry.Register(Feed(2));
        registry.Register(Feed(1));
        Assert.That(Served(registry), Is.EqualTo("feed v1 size 10"));
        DefinitionException error = Assert.Throws<DefinitionException>(() => registry.Register(Feed(1) with { Description = "changed" }))!;
        Assert.That(error.Errors.Single().Path, Is.EqualTo("$.version"));
        Assert.That(registry.Versions("feed"), Has.Count.EqualTo(2));
    }

    [Test]
    public void Register_AnotherOwner_IsRefused()
    {
        DefinitionRegistry<string> registry = NewRegistry(new DefinitionRegistryOptions { MaxDefinitionsPerOwner = 2 });
        registry.Register(Feed(1));
        Assert.That(
            () => registry.Register(Feed(2, owner: "fraud")),
            Throws.TypeOf<DefinitionException>().With.Message.Contains("belongs to 'ranking'"));
        registry.Register(Feed(1, name: "second"));
        Assert.That(() => registry.Register(Feed(1, name: "third")), Throws.TypeOf<DefinitionException>());
        Assert.That(() => registry.Register(Feed(1, owner: "fraud", name: "third")), Throws.Nothing);
        Assert.That(Served(registry), Is.EqualTo("feed v1 size 10"));
    }

    [Test]
    public void Register_WhatCannotBeCompiled_ChangesNothing()
    {
        var registry = new DefinitionRegistry<string>(
            definition => definition.Version == 1 ? "one" : throw new InvalidOperationException("no"));
        registry.Register(Feed(1));
        Assert.That(() => registry.Register(Feed(2)), Throws.InvalidOperationException);
        Assert.That(() => registry.Register(Feed(3) with { Size = 0 }), Throws.TypeOf<DefinitionException>());
        Assert.That(Served(registry), Is.EqualTo("one"));
        Assert.That(registry.Versions("feed"), Has.Count.EqualTo(1));
    }

    [Test]
    public void Register_Retired_IsNotServedButFound()
    {
        DefinitionRegistry<string> registry = NewRegistry();
        registry.Register(Feed(1));
        registry.Register(Feed(2) with { Stage = LifecycleStage.Retired });
        Assert.That(Served(registry), Is.Null);
        Assert.That(registry.TryFind(Feed(1).ComputeContentHash(), out EffectiveDefinition<string>? found), Is.True);
        Assert.That(found!.Plan, Is.EqualTo("feed v1 size 10"));
        Assert.That(registry.RollBack("feed"), Is.True);
        Assert.That(Served(registry), Is.Not.Null);
        Assert.That(registry.Remove("feed"), Is.True);
        Assert.That(registry.TryFind(Feed(1).ComputeContentHash(), out _), Is.False);
    }

    [Test]
    public void Retire_Served_IsFoundAndComesBack()
    {
        DefinitionRegistry<string> registry = NewRegistry();
        registry.Register(Feed(1));
        registry.Register(Feed(2));
        Assert.That(registry.Retire("feed"), Is.True);
        Assert.That(registry.Retire("feed"), Is.False);
        Assert.That(registry.Retire("nobody"), Is.False);
        Assert.That(Served(registry), Is.Null);
        Assert.That(registry.Versions("feed").Select(v => v.IsActive), Is.EqualTo(new[] { false, false }));
        Assert.That(registry.TryFind(Feed(2).ComputeContentHash(), out _), Is.True);
        Assert.That(registry.RollBack("feed"), Is.True);
        Assert.That(Served(registry), Is.EqualTo("feed v2 size 10"));
        registry.Retire("feed");
        Assert.That(registry.Activate("feed", 1), Is.True);
        Assert.That(Served(registry), Is.EqualTo("feed v1 size 10"));
    }

    [Test]
    public void Register_SameVersionWithItsOwnCompiler_TakesThePlaceOfTheOneBefore()
    {
        DefinitionRegistry<string> registry = NewRegistry();
        registry.Register(Feed(1));
        registry.Register(Feed(2));
        registry.Register(Feed(1), _ => "anew");
        Assert.That(Served(registry), Is.EqualTo("anew"));
        Assert.That(registry.Versions("feed").Select(v => (v.Definition.Version, v.IsActive)), Is.EqualTo(new[] { (1, true), (2, false) }));
        registry.RollBack("feed");
        Assert.That(Served(registry), Is.EqualTo("feed v2 size 10"));
        registry.RollBack("feed");
        Assert.That(Served(registry), Is.EqualTo("anew"), "the plan before is not served again");
    }

    [Test]
    public void Resolve_Overrides_AreCompiledOnceAndFoundByHash()
    {
        DefinitionRegistry<string> registry = NewRegistry();
        registry.Register(Feed(1));
        registry.TryGet("feed", out RegisteredDefinition<string>? registered);
        ParameterOverride[] overrides = [new("size", 99)];
        EffectiveDefinition<string> effective = registered!.Resolve(overrides);
        Assert.That(effective.Plan, Is.EqualTo("feed v1 size 99"));
        Assert.That(registered.Resolve([new("size", 99)]), Is.SameAs(effective));
        Assert.That(registered.Resolve([]), Is.SameAs(registered.Default));
        Assert.That(
            registry.TryFind(effective.ContentHash!.Value, out EffectiveDefinition<string>? found) ? found : null, Is.SameAs(effective));
        Assert.That(() => registered.Resolve([new("size", 1001)]), Throws.TypeOf<DefinitionException>());
    }

    [Test]
    public void Resolve_EndlessVariants_AreBounded()
    {
        DefinitionRegistry<string> registry = NewRegistry(new DefinitionRegistryOptions { MaxVariants = 4 });
        registry.Register(Feed(1));
        registry.TryGet("feed", out RegisteredDefinition<string>? registered);
        for (int size = 1; size <= 30; size++)
        {
            Assert.That(registered!.Resolve([new("size", size)]).Plan, Is.EqualTo($"feed v1 size {size}"));
            Assert.That(registered.VariantCount, Is.LessThanOrEqualTo(4));
        }

        EffectiveDefinition<string> newest = registered!.Resolve([new("size", 30)]);
        Assert.That(registered.Resolve([new("size", 30)]), Is.SameAs(newest));
    }

    [Test]
    public void TryGetAndResolve_Warm_AllocateNothing()
    {
        DefinitionRegistry<string> registry = NewRegistry();
        registry.Register(Feed(1));
        ParameterOverride[] overrides = [new("size", 99)];
        int found = 0;
        long allocated = 0;
        for (int i = 0; i < 100; i++)
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            if (registry.TryGet("feed", out RegisteredDefinition<string>? registered))
            {
                found += registered.Resolve([]).Plan.Length
                    + registered.Resolve(overrides).Plan.Length + (registered.Shadow is null ? 0 : 1);
            }

            allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        }

        Assert.That(found, Is.Positive);
        Assert.That(allocated, Is.Zero);
    }

    [Test]
    public void TryGet_WhileVersionsChange_SeesOneWhole()
    {
        DefinitionRegistry<string> registry = NewRegistry();
        registry.Register(Feed(1));
        registry.Register(Feed(2));
        using var stop = new CancellationTokenSource();
        int torn = 0;
        int seen = 0;
        Task[] readers = [.. Enumerable.Range(0, 2).Select(_ => Task.Run(() =>
        {
            while (!stop.IsCancellationRequested)
            {
                if (!registry.TryGet("feed", out RegisteredDefinition<string>? registered)
                    || registered.Resolve([new("size", 5)]).Plan != $"feed v{registered.Definition.Version} size 5"
                    || registered.Default.Plan != $"feed v{registered.Definition.Version} size 10")
                {
                    Interlocked.Increment(ref torn);
                }

                Interlocked.Increment(ref seen);
            }
        }))];
        for (int i = 0; i < 2000 || Volatile.Read(ref seen) < 1000; i++)
        {
            if (i % 2 == 0)
            {
                registry.RollBack("feed");
            }
            else
            {
                registry.Activate("feed", 2);
            }
        }

        stop.Cancel();
        Task.WaitAll(readers);
        Assert.That(torn, Is.Zero);
    }
}
