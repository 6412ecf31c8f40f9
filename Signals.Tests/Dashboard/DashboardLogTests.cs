using System.Net;
using System.Text.Json;
using Signals.Definitions;

namespace Signals.Tests.Dashboard;

/// <summary>Changes of a store that a log feeds: none of them goes past the log.</summary>
[Category("Fast")]
internal sealed class DashboardLogTests
{
    private static readonly UserId Alice = UserId.From("alice");

    private static readonly SequenceDefinition Feed = SequenceDefinition.Create("feed").OwnedBy("ranking")
        .From("view", v => v.Last(5)).Size(4).Build();

    [TestCase("stores/shop/erase?user=alice")]
    [TestCase("stores/shop/definitions")]
    [TestCase("stores/shop/definitions/feed/activate?version=1")]
    [TestCase("stores/shop/definitions/feed/rollback")]
    [TestCase("stores/shop/definitions/feed/retire")]
    public async Task Change_OfAStoreThatALogFeeds_IsRefusedWithTheReason(string path)
    {
        await using DashboardHost host = await DashboardHost.StartAsync(page => page.AllowChanges = true);
        host.Store.Definitions.Register(Feed);
        host.Store.Definitions.Register(Feed with { Version = 2 });
        await FeedAsync(host, "kafka:events/3");
        (HttpStatusCode status, JsonElement answer) = await host.PostAsync(path, (Feed with { Version = 3 }).ToJson());
        Assert.That(status, Is.EqualTo(HttpStatusCode.Conflict));
        Assert.That(answer.GetProperty("error").GetString(), Does.Contain("kafka:events/3"));
        Assert.That(host.Store.Definitions.TryGet("feed", out SequenceDefinition? served) && served.Version == 2);
        Assert.That(host.Store.Definitions.GetVersions("feed"), Has.Count.EqualTo(2));
        (_, JsonElement user) = await host.GetAsync("stores/shop/user?user=alice");
        Assert.That(user.GetProperty("rows").GetArrayLength(), Is.EqualTo(1));
    }

    [TestCase("stores/shop/flush")]
    [TestCase("stores/shop/verify")]
    public async Task Work_OfAStoreThatALogFeeds_IsStillBegun(string path)
    {
        await using DashboardHost host = await DashboardHost.StartAsync(page => page.AllowChanges = true);
        await FeedAsync(host, "kafka:events/3");
        Assert.That((await host.PostAsync(path)).Status, Is.EqualTo(HttpStatusCode.Accepted));
    }

    [Test]
    public async Task Change_OfAStoreThatTheHostFeedsFromAFile_IsMade()
    {
        await using DashboardHost host = await DashboardHost.StartAsync(page => page.AllowChanges = true);
        await FeedAsync(host, "orders.csv");
        Assert.That((await host.PostAsync("stores/shop/erase?user=alice")).Status, Is.EqualTo(HttpStatusCode.Accepted));
        Assert.That((await host.PostAsync("stores/shop/definitions", Feed.ToJson())).Status, Is.EqualTo(HttpStatusCode.OK));
    }

    [TestCase(true)]
    [TestCase(false)]
    public async Task Change_WithALogOfTheHost_GoesThereAndNotToTheStore(bool isFedAlready)
    {
        List<UserId> erased = [];
        List<SequenceDefinition> defined = [];
        await using DashboardHost host = await DashboardHost.StartAsync(page =>
        {
            page.AllowChanges = true;
            page.AddStore("logged", page.Stores[0].Store, shown =>
            {
                shown.EraseThroughLog = (user, _) => Done(() => erased.Add(user));
                shown.DefineThroughLog = (definition, _) => Done(() => defined.Add(definition));
            });
        });
        host.Store.Definitions.Register(Feed with { Name = "old" });
        await FeedAsync(host, isFedAlready ? "kafka:events/3" : "not yet");
        await host.PostAsync("stores/logged/erase?user=alice");
        JsonElement work = await host.WorkAsync("erase", "logged");
        Assert.That(work.GetProperty("message").GetString(), Does.Contain("in the log"));
        Assert.That((await host.PostAsync("stores/logged/definitions", Feed.ToJson())).Status, Is.EqualTo(HttpStatusCode.OK));
        Assert.That((await host.PostAsync("stores/logged/definitions/old/retire")).Status, Is.EqualTo(HttpStatusCode.Conflict));
        Assert.That((erased.Single(), defined.Single()), Is.EqualTo((Alice, Feed)));
        Assert.That(host.Store.Definitions.All.Select(definition => definition.Name), Is.EqualTo(new[] { "old" }));
        (_, JsonElement rows) = await host.GetAsync("stores/logged/user?user=alice");
        Assert.That(rows.GetProperty("rows").GetArrayLength(), Is.EqualTo(1));
    }

    private static Task Done(Action act)
    {
        act();
        return Task.CompletedTask;
    }

    private static async Task FeedAsync(DashboardHost host, string source)
    {
        EventGroup group = host.Store.CreateGroup(source);
        group.Position = 17;
        group["view"].Add(Alice, TimeProvider.System.GetUtcNow(), 1).Set("item", 100L);
        await host.Store.AppendGroupAsync(group);
    }
}
