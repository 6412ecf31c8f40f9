using System.Net;
using System.Text.Json;
using Signals.Dashboard.Http;
using Signals.Definitions;

namespace Signals.Tests.Dashboard;

/// <summary>What bounds an answer of the page, and that the answer says so.</summary>
[Category("Fast")]
internal sealed class DashboardLimitTests
{
    private static readonly UserId Alice = UserId.From("alice");

    private DashboardHost _host = null!;

    [SetUp]
    public async Task Start() => _host = await DashboardHost.StartAsync();

    [TearDown]
    public async Task Stop() => await _host.DisposeAsync();

    [Test]
    public async Task Sequence_WithMoreRowsThanAreShown_CallsNoServedEventLeftOut()
    {
        const int Events = 1200;
        _host.Store.Definitions.Register(
            SequenceDefinition.Create("all").OwnedBy("ranking").From("view", v => v.Last(Events)).OldestFirst().Size(Events).Build());
        await _host.AppendViewsAsync(Alice, Events);
        (_, JsonElement answer) = await _host.GetAsync("stores/shop/sequence?user=alice&definition=all&last=100");
        Assert.That(answer.GetProperty("count").GetInt32(), Is.EqualTo(Events));
        Assert.That(answer.GetProperty("rows").GetArrayLength(), Is.EqualTo(1000));
        Assert.That(answer.GetProperty("has_more").GetBoolean());
        Assert.That(answer.GetProperty("left_out").GetArrayLength(), Is.Zero);
        Assert.That(
            answer.GetProperty("served").EnumerateArray().Select(row => row.GetProperty("id").GetString()),
            Is.EqualTo(Enumerable.Range(0, 100).Select(i => $"{Events - i}")));
    }

    [Test]
    public async Task Sequence_OfEventsServedAndNot_MarksEachOfTheHistoryOnce()
    {
        _host.Store.Definitions.Register(
            SequenceDefinition.Create("few").OwnedBy("ranking").From("view", v => v.Last(3)).Size(3).Build());
        await _host.AppendViewsAsync(Alice, 10);
        (_, JsonElement answer) = await _host.GetAsync("stores/shop/sequence?user=alice&definition=few&last=5");
        Assert.That(Ids(answer, "served"), Is.EqualTo(new[] { "10", "9", "8" }));
        Assert.That(Ids(answer, "left_out"), Is.EqualTo(new[] { "7", "6" }));
        Assert.That(answer.GetProperty("has_more").GetBoolean(), Is.False);
    }

    [Test]
    public async Task User_WithMoreTextThanAnAnswerHolds_IsCutAndSaysSo()
    {
        await AppendLongAsync(800);
        (_, JsonElement answer) = await _host.GetAsync("stores/shop/user?user=alice&last=1000");
        int shown = answer.GetProperty("rows").GetArrayLength();
        Assert.That(shown, Is.InRange(600, 700), "6,000 characters each");
        Assert.That(answer.GetProperty("has_more").GetBoolean());
        Assert.That(Ids(answer, "rows"), Is.EqualTo(Enumerable.Range(0, shown).Select(i => $"{800 - i}")));
    }

    [Test]
    public async Task Sequence_WithMoreTextThanAnAnswerHolds_IsCutAndSaysSo()
    {
        await AppendLongAsync(800);
        _host.Store.Definitions.Register(
            SequenceDefinition.Create("all").OwnedBy("ranking").From("view", v => v.Last(800)).Size(800).Columns("title").Build());
        (_, JsonElement answer) = await _host.GetAsync("stores/shop/sequence?user=alice&definition=all&last=1");
        Assert.That(answer.GetProperty("rows").GetArrayLength(), Is.InRange(600, 700));
        Assert.That(answer.GetProperty("has_more").GetBoolean());
    }

    [TestCase("user?user=alice")]
    [TestCase("sequence?user=alice&definition=slow")]
    [TestCase("tensor?user=alice&definition=slow&tensor=numbers")]
    public async Task Read_WhileAsManyRunAsMay_IsToldToComeAgain(string path)
    {
        TaskCompletionSource release = new();
        int begun = 0;
        _host.Store.Definitions.Register(SequenceDefinition.Create("slow").OwnedBy("ranking")
            .From("view", v => v.Last(5).Where(Predicate.Host<float>("dwell_seconds", _ =>
            {
                Interlocked.Increment(ref begun);
                release.Task.GetAwaiter().GetResult();
                return true;
            })))
            .Size(5).Tensors(t => t.Output("numbers", TensorType.Float32, n => n.Column("dwell_seconds"))).Build());
        await _host.AppendViewsAsync(Alice, 1);
        Task<(HttpStatusCode Status, JsonElement)>[] running =
            [.. Enumerable.Range(0, ReadGate.Most).Select(_ => _host.GetAsync("stores/shop/sequence?user=alice&definition=slow"))];
        try
        {
            using CancellationTokenSource patience = new(TimeSpan.FromSeconds(30));
            while (Volatile.Read(ref begun) < ReadGate.Most)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(5), TimeProvider.System, patience.Token);
            }

            using HttpResponseMessage refused = await _host.Client.GetAsync(new Uri(_host.Page, $"api/stores/shop/{path}"));
            Assert.That(refused.StatusCode, Is.EqualTo(HttpStatusCode.ServiceUnavailable));
            Assert.That(refused.Headers.RetryAfter?.Delta, Is.EqualTo(TimeSpan.FromSeconds(1)));
            Assert.That((await _host.GetAsync("stores/shop/overview")).Status, Is.EqualTo(HttpStatusCode.OK), "it reads no events");
        }
        finally
        {
            release.SetResult();
        }

        Assert.That((await Task.WhenAll(running)).Select(answer => answer.Status), Is.All.EqualTo(HttpStatusCode.OK));
        Assert.That((await _host.GetAsync($"stores/shop/{path}")).Status, Is.EqualTo(HttpStatusCode.OK), "all have left");
    }

    private static IEnumerable<string?> Ids(JsonElement answer, string rows) =>
        answer.GetProperty(rows).EnumerateArray().Select(row => row.GetProperty("id").GetString());

    // Each title is 2,000 bytes, and three times as long in JSON. A batch holds a megabyte at most.
    private async Task AppendLongAsync(int count)
    {
        string title = new('ä', 1000);
        long now = TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds();
        for (int begin = 0; begin < count; begin += 200)
        {
            EventBatch batch = _host.Store.CreateBatch("view", 200);
            for (int i = begin; i < begin + 200; i++)
            {
                batch.Add(Alice, now - (1000L * (count - i)), (ulong)i + 1).Set("title", title);
            }

            await _host.Store.AppendAsync(batch);
        }
    }
}
