using Signals.Core.DefinitionVersions;
using Signals.Definitions;
using static Signals.Tests.Core.DefinitionVersions.RegistrySamples;

namespace Signals.Tests.Core.DefinitionVersions;

[Category("Fast")]
internal sealed class ShadowTests
{
    [Test]
    public void TrySample_OneInThree_IsEveryThird()
    {
        ShadowDefinition<string> shadow = Start(every: 3);
        Assert.That(
            Enumerable.Range(0, 7).Select(_ => shadow.TrySample()), Is.EqualTo(new[] { true, false, false, true, false, false, true }));
        Assert.That(shadow.Report().Sampled, Is.EqualTo(3));
    }

    [Test]
    public void StartShadow_ThenReplaced_EndsIt()
    {
        DefinitionRegistry<string> registry = NewRegistry();
        Assert.That(registry.StartShadow("feed", Feed(9), every: 1), Is.Null, "nothing is served");
        registry.Register(Feed(1));
        ShadowDefinition<string>? shadow = registry.StartShadow("feed", Feed(9), every: 1);
        registry.TryGet("feed", out RegisteredDefinition<string>? first);
        Assert.That(first!.Shadow, Is.SameAs(shadow));
        Assert.That(shadow!.Candidate.Plan, Is.EqualTo("feed v9 size 10"));
        registry.Register(Feed(1, name: "other"));
        Assert.That(first.Shadow, Is.SameAs(shadow), "another definition was registered");
        registry.Register(Feed(2));
        Assert.That(first.Shadow, Is.Null);
        Assert.That(registry.StopShadow("feed"), Is.False);
    }

    [Test]
    public void Compare_Same_IsEqual()
    {
        ShadowDefinition<string> shadow = Start();
        shadow.Compare(new ListedRows([1, 2], ("item_id", ["a", null])), new ListedRows([1, 2], ("item_id", ["a", null])));
        ShadowReport report = shadow.Report();
        Assert.That((report.Compared, report.Equal, report.RowsInBoth), Is.EqualTo((1, 1, 2)));
        Assert.That(report.Fields, Is.EqualTo(new[] { new ShadowField("item_id", 2, 0), new ShadowField("price", 0, 0) }));
    }

    [Test]
    public void Compare_Differences_AreCountedByFieldAndSequence()
    {
        ShadowDefinition<string> shadow = Start();
        shadow.Compare(
            new ListedRows([1, 2, 3, 4], ("item_id", ["a", "b", "c", "d"]), ("price", ["1", null, "3", "4"])),
            new ListedRows([3, 2, 9], ("price", ["3", "2", "9"]), ("item_id", ["c", "b", "x"])));
        ShadowReport report = shadow.Report();
        Assert.That((report.Compared, report.Equal, report.LengthDiffers, report.OrderDiffers), Is.EqualTo((1, 0, 1, 1)));
        Assert.That((report.RowsInBoth, report.RowsOnlyServed, report.RowsOnlyShadow), Is.EqualTo((2, 2, 1)));
        Assert.That(report.Fields, Is.EqualTo(new[] { new ShadowField("item_id", 2, 0), new ShadowField("price", 2, 1) }));
    }

    [TestCase(new ulong[] { 1, 2 }, new ulong[] { 2, 1 })]
    [TestCase(new ulong[] { 1, 2 }, new ulong[] { 1, 3 })]
    [TestCase(new ulong[] { 1 }, new ulong[] { 1, 2 })]
    [TestCase(new ulong[] { }, new ulong[] { 1 })]
    public void Compare_OtherRows_AreNotEqual(ulong[] served, ulong[] other)
    {
        ShadowDefinition<string> shadow = Start();
        shadow.Compare(new ListedRows(served), new ListedRows(other));
        Assert.That(shadow.Report().Equal, Is.Zero);
    }

    [Test]
    public async Task Worker_Full_DropsAndFailuresAreCounted()
    {
        ShadowDefinition<string> shadow = Start();
        using var entered = new SemaphoreSlim(0);
        using var go = new SemaphoreSlim(0);
        using var done = new SemaphoreSlim(0);
        int caller = Environment.CurrentManagedThreadId;
        List<int> threads = [];
        await using (var worker = new ShadowWorker<int>(
            capacity: 2,
            request =>
            {
                threads.Add(Environment.CurrentManagedThreadId);
                entered.Release();
                go.Wait();
                throw new InvalidOperationException($"request {request}");
            },
            (_, error) =>
            {
                shadow.Fail(error);
                done.Release();
            }))
        {
            Assert.That(worker.TryAdd(1), Is.True);
            await entered.WaitAsync();
            bool[] added = [.. Enumerable.Range(2, 3).Select(worker.TryAdd)];
            Assert.That(added, Is.EqualTo(new[] { true, true, false }));
            shadow.Drop();
            go.Release(3);
            for (int i = 0; i < 3; i++)
            {
                await done.WaitAsync();
            }
        }

        ShadowReport report = shadow.Report();
        Assert.That((report.Dropped, report.Failed, report.LastFailure), Is.EqualTo((1, 3, "InvalidOperationException: request 3")));
        Assert.That(threads, Has.Count.EqualTo(3).And.None.EqualTo(caller));
    }

    [Test]
    public async Task Worker_DisposedTwice_RefusesQuietly()
    {
        var worker = new ShadowWorker<int>(1, _ => { }, (_, _) => { });
        await worker.DisposeAsync();
        await worker.DisposeAsync();
        Assert.That(worker.TryAdd(1), Is.False);
    }

    private static ShadowDefinition<string> Start(int every = 1)
    {
        DefinitionRegistry<string> registry = NewRegistry();
        registry.Register(Feed(1));
        return registry.StartShadow("feed", Feed(2), every)!;
    }
}
