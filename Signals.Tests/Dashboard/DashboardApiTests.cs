using System.Globalization;
using System.Net;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Signals.Dashboard;
using Signals.Definitions;
using Signals.Serving;

namespace Signals.Tests.Dashboard;

/// <summary>The JSON of the page over a real server: each view says what the store says.</summary>
[Category("Fast")]
internal sealed class DashboardApiTests
{
    private static readonly UserId Alice = UserId.From("alice");

    private static readonly SequenceDefinition Feed = SequenceDefinition.Create("feed").OwnedBy("ranking")
        .From("view", v => v.Last(5).Where(Predicate.OnColumn("dwell_seconds").GreaterThan(3.0)))
        .DistinctBy("item")
        .Size(4)
        .Columns("item", "dwell_seconds")
        .Tensors(t => t.Mask("mask").Output("numbers", TensorType.Float32, n => n.Column("dwell_seconds").Column("embedding")))
        .Build();

    private static readonly VersionRetention Versions = new() { Age = TimeSpan.FromHours(1), Granularity = TimeSpan.FromMilliseconds(10) };

    private DashboardHost _host = null!;

    [SetUp]
    public async Task Start() => _host = await DashboardHost.StartAsync(page =>
    {
        page.AllowChanges = true;
        page.CheckpointFolder = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName());
    });

    [TearDown]
    public async Task Stop() => await _host.DisposeAsync();

    [Test]
    public async Task Stores_OfThePage_AreListedWithTheirState()
    {
        (HttpStatusCode status, JsonElement answer) = await _host.GetAsync("stores");
        JsonElement store = answer.GetProperty("stores").EnumerateArray().Single();
        Assert.That(status, Is.EqualTo(HttpStatusCode.OK));
        Assert.That(store.GetProperty("name").GetString(), Is.EqualTo("shop"));
        Assert.That(store.GetProperty("state").GetString(), Is.EqualTo("healthy"));
        Assert.That(answer.GetProperty("allow_changes").GetBoolean());
    }

    [Test]
    public async Task Overview_OfAStoreInUse_HasItsCountersSamplesAndWatermarks()
    {
        await _host.AppendViewsAsync(Alice, 50);
        EventGroup group = _host.Store.CreateGroup("topic-0");
        group.Position = 17;
        group["purchase"].Add(Alice, TimeProvider.System.GetUtcNow(), 1).Set("cents", 100L);
        await _host.Store.AppendGroupAsync(group);
        JsonElement answer = await OverviewWithSamplesAsync(sample => sample.Reads > 0);
        Assert.That(answer.GetProperty("stats").GetProperty("events_applied").GetInt64(), Is.EqualTo(51));
        Assert.That(answer.GetProperty("memory").GetProperty("budget").GetInt64(), Is.EqualTo(512L << 20));
        JsonElement view = answer.GetProperty("types").EnumerateArray().First(type => type.GetProperty("name").GetString() == "view");
        Assert.That(
            view.GetProperty("watermark_ms").GetInt64(), Is.EqualTo(_host.Store.GetWatermark("view")!.Value.ToUnixTimeMilliseconds()));
        JsonElement source = answer.GetProperty("sources").EnumerateArray().Single();
        Assert.That(source.GetProperty("position").GetString(), Is.EqualTo("17"));
    }

    [Test]
    public async Task Overview_AskedWithATime_HasOnlyNewerSamples()
    {
        JsonElement first = await OverviewWithSamplesAsync(_ => true);
        double newest = first.GetProperty("samples").EnumerateArray().Last()[0].GetDouble();
        (_, JsonElement later) = await _host.GetAsync($"stores/shop/overview?after={newest.ToString(CultureInfo.InvariantCulture)}");
        Assert.That(later.GetProperty("samples").EnumerateArray().Select(sample => sample[0].GetDouble()), Is.All.GreaterThan(newest));
    }

    [Test]
    public async Task Storage_AfterAFlush_HasTheTablesOfEachType()
    {
        await _host.AppendViewsAsync(Alice, 50);
        await _host.Store.FlushAsync();
        (_, JsonElement answer) = await _host.GetAsync("stores/shop/storage");
        JsonElement view = answer.GetProperty("types").EnumerateArray().First();
        JsonElement table = view.GetProperty("tables").EnumerateArray().Single();
        Assert.That(table.GetProperty("rows").GetInt64(), Is.EqualTo(50));
        Assert.That(table.GetProperty("users").GetInt32(), Is.EqualTo(1));
        Assert.That(table.GetProperty("bytes").GetInt64(), Is.EqualTo(_host.Store.GetTables().Single().Bytes));
    }

    [Test]
    public async Task User_WithValuesOfAllKinds_HasThemWhole()
    {
        EventBatch batch = _host.Store.CreateBatch("view", 2);
        batch.Add(Alice, 1_000_000_000_000, ulong.MaxValue)
            .Set("item", long.MinValue).Set("dwell_seconds", float.NaN).Set("title", "<b>\"&\u202e</b>")
            .SetBytes("raw", [1, 2, 255]).Set<float>("embedding", [1, 2, 3, 4.5f]).Set("clicked", true);
        batch.Add(Alice, 999_000_000_000, 2).SetNull("item");
        await _host.Store.AppendAsync(batch);
        (_, JsonElement answer) = await _host.GetAsync("stores/shop/user?user=alice");
        JsonElement row = answer.GetProperty("rows")[0];
        JsonElement cells = row.GetProperty("cells");
        Assert.That(row.GetProperty("id").GetString(), Is.EqualTo("18446744073709551615"));
        Assert.That(cells.GetProperty("item").GetString(), Is.EqualTo("-9223372036854775808"));
        Assert.That(cells.GetProperty("dwell_seconds").GetString(), Is.EqualTo("NaN"));
        Assert.That(cells.GetProperty("title").GetString(), Is.EqualTo("<b>\"&\u202e</b>"));
        Assert.That(cells.GetProperty("raw").GetProperty("hex").GetString(), Is.EqualTo("0102ff"));
        Assert.That(cells.GetProperty("embedding").GetProperty("vector")[3].GetDouble(), Is.EqualTo(4.5));
        Assert.That(cells.GetProperty("clicked").GetBoolean());
        JsonElement second = answer.GetProperty("rows")[1].GetProperty("cells");
        Assert.That(second.GetProperty("item").ValueKind, Is.EqualTo(JsonValueKind.Null));
        Assert.That(second.TryGetProperty("title", out _), Is.False, "absent is left out");
    }

    [Test]
    public async Task User_WithALongText_HasItsBeginningAndLength()
    {
        await _host.AppendViewsAsync(Alice, 1, string.Concat(Enumerable.Repeat("ä", 5000)));
        (_, JsonElement answer) = await _host.GetAsync("stores/shop/user?user=alice");
        JsonElement title = answer.GetProperty("rows")[0].GetProperty("cells").GetProperty("title");
        Assert.That(title.GetProperty("length").GetInt32(), Is.EqualTo(10_000));
        Assert.That(title.GetProperty("text").GetString(), Is.EqualTo(string.Concat(Enumerable.Repeat("ä", 1000))));
    }

    [Test]
    public async Task Sequence_OfADefinition_HasRowsTraceAndAReasonForEachOther()
    {
        _host.Store.Definitions.Register(Feed);
        await _host.AppendViewsAsync(Alice, 10);
        (_, JsonElement answer) = await _host.GetAsync("stores/shop/sequence?user=alice&definition=feed");
        Assert.That(answer.GetProperty("status").GetString(), Is.EqualTo("Complete"));
        Assert.That(answer.GetProperty("rows").GetArrayLength(), Is.EqualTo(4));
        Assert.That(answer.GetProperty("trace").GetArrayLength(), Is.GreaterThan(0));
        Assert.That(answer.GetProperty("left_out").GetArrayLength(), Is.EqualTo(6));
        Assert.That(
            answer.GetProperty("left_out").EnumerateArray().Select(row => row.GetProperty("reason").GetString()),
            Is.All.EqualTo("The sequence already has its 4 rows."));
        Assert.That(answer.GetProperty("tensors").EnumerateArray().Select(t => t.GetProperty("name").GetString()), Does.Contain("numbers"));
    }

    [Test]
    public async Task Tensor_OfADefinition_HasTheElementsThatAModelGets()
    {
        _host.Store.Definitions.Register(Feed);
        await _host.AppendViewsAsync(Alice, 10);
        (_, JsonElement answer) = await _host.GetAsync("stores/shop/tensor?user=alice&definition=feed&tensor=numbers");
        using ServedSequence sequence = _host.Store.Read(Alice, "feed");
        float[] expected = new float[sequence.Count * 5];
        sequence.WriteTensor<float>("numbers", expected);
        IEnumerable<float> sent = answer.GetProperty("rows").EnumerateArray()
            .SelectMany(row => row.EnumerateArray().Select(element => element.GetSingle()));
        Assert.That(sent, Is.EqualTo(expected));
        Assert.That(answer.GetProperty("width").GetInt32(), Is.EqualTo(5));
    }

    [Test]
    public async Task User_ComparedWithAnEarlierTime_TellsLateAndCorrectedEvents()
    {
        await using DashboardHost host = await DashboardHost.StartAsync(
            options: new StoreOptions { VersionRetention = Versions });
        await host.AppendViewsAsync(Alice, 3);
        await host.Store.FlushAsync();
        using PastStore known = await PastOfNowAsync(host.Store);
        long then = known.AsOf.ToUnixTimeMilliseconds();
        using (Sequence before = host.Store.Read(Alice, host.Store.Query("view").Last(3).Build()))
        {
            EventBatch late = host.Store.CreateBatch("view", 2);
            late.Add(Alice, before.Times[0] - 1, 99).Set("item", 1L);
            late.Add(Alice, before.Times[1], before.Ids[1]).Set("dwell_seconds", 1e9f);
            await host.Store.AppendAsync(late);
        }

        (HttpStatusCode status, JsonElement answer) = await host.GetAsync($"stores/shop/user?user=alice&since_ms={then}");
        Assert.That(status, Is.EqualTo(HttpStatusCode.OK), answer.ToString());
        JsonElement[] rows = [.. answer.GetProperty("rows").EnumerateArray()];
        Assert.That(
            rows.Where(row => row.GetProperty("late").GetBoolean()).Select(row => row.GetProperty("id").GetString()),
            Is.EqualTo(new[] { "99" }));
        Assert.That(
            rows.SelectMany(row => row.GetProperty("changed").EnumerateArray()).Select(column => column.GetString()),
            Is.EqualTo(new[] { "dwell_seconds" }));
    }

    [Test]
    public async Task User_ComparedInAStoreWithoutVersions_IsRefusedWithTheReason()
    {
        (HttpStatusCode status, JsonElement answer) = await _host.GetAsync("stores/shop/user?user=alice&since_ms=1");
        Assert.That(status, Is.EqualTo(HttpStatusCode.Conflict));
        Assert.That(answer.GetProperty("error").GetString(), Does.Contain("VersionRetention"));
    }

    [Test]
    public async Task Definitions_RegisteredThroughThePage_AreServedRolledBackAndListed()
    {
        (HttpStatusCode first, _) = await _host.PostAsync("stores/shop/definitions", Feed.ToJson());
        (HttpStatusCode second, _) = await _host.PostAsync("stores/shop/definitions", (Feed with { Version = 2, Size = 3 }).ToJson());
        Assert.That((first, second), Is.EqualTo((HttpStatusCode.OK, HttpStatusCode.OK)));
        (_, JsonElement one) = await _host.GetAsync("stores/shop/definitions/feed");
        Assert.That(one.GetProperty("versions").EnumerateArray().Select(v => v.GetProperty("is_active").GetBoolean()),
            Is.EqualTo(new[] { false, true }));
        Assert.That(SequenceDefinition.Parse(one.GetProperty("versions")[0].GetProperty("json").GetString()!), Is.EqualTo(Feed));
        Assert.That((await _host.PostAsync("stores/shop/definitions/feed/rollback")).Status, Is.EqualTo(HttpStatusCode.OK));
        Assert.That(_host.Store.Definitions.TryGet("feed", out SequenceDefinition? served) && served.Version == 1);
        Assert.That((await _host.PostAsync("stores/shop/definitions/feed/activate?version=2")).Status, Is.EqualTo(HttpStatusCode.OK));
        Assert.That((await _host.PostAsync("stores/shop/definitions/feed/retire")).Status, Is.EqualTo(HttpStatusCode.OK));
        Assert.That(_host.Store.Definitions.All, Is.Empty);
        Assert.That((await _host.PostAsync("stores/shop/definitions/feed/retire")).Status, Is.EqualTo(HttpStatusCode.Conflict));
    }

    [Test]
    public async Task Check_OfAWrongDefinition_NamesEachPathAndChangesNothing()
    {
        string wrong = Feed.ToJson().Replace("\"dwell_seconds\"", "\"dwel\"", StringComparison.Ordinal);
        (HttpStatusCode status, JsonElement answer) = await _host.PostAsync("stores/shop/check", wrong);
        Assert.That(status, Is.EqualTo(HttpStatusCode.OK));
        Assert.That(
            answer.GetProperty("errors").EnumerateArray().Select(error => error.GetProperty("path").GetString()),
            Has.Some.StartsWith("$.sources[0].where"));
        (HttpStatusCode registered, JsonElement errors) = await _host.PostAsync("stores/shop/definitions", wrong);
        Assert.That(registered, Is.EqualTo(HttpStatusCode.UnprocessableEntity));
        Assert.That(errors.GetProperty("errors").GetArrayLength(), Is.GreaterThan(0));
        Assert.That(_host.Store.Definitions.All, Is.Empty);
    }

    [Test]
    public async Task Erase_OfAUser_HidesTheEventsAndKeepsTheCertificate()
    {
        await _host.AppendViewsAsync(Alice, 20);
        Assert.That((await _host.PostAsync("stores/shop/erase?user=alice")).Status, Is.EqualTo(HttpStatusCode.Accepted));
        JsonElement erased = await _host.WorkAsync("erase");
        Assert.That(erased.GetProperty("state").GetString(), Is.EqualTo("done"));
        (_, JsonElement rows) = await _host.GetAsync("stores/shop/user?user=alice");
        Assert.That(rows.GetProperty("rows").GetArrayLength(), Is.Zero);
        await _host.PostAsync("stores/shop/compact");
        await _host.WorkAsync("compact");
        JsonElement certificate = JsonDocument.Parse((await _host.WorkAsync("erase")).GetProperty("certificate").GetString()!).RootElement;
        Assert.That(certificate.GetProperty("user").GetString(), Is.EqualTo(Alice.ToString()));
        Assert.That(certificate.GetProperty("places").GetArrayLength(), Is.GreaterThan(0));
    }

    [Test]
    public async Task Verify_OfAStore_EndsWithItsProgressAndReport()
    {
        await _host.AppendViewsAsync(Alice, 200);
        await _host.PostAsync("stores/shop/flush");
        Assert.That((await _host.WorkAsync("flush")).GetProperty("state").GetString(), Is.EqualTo("done"));
        Assert.That((await _host.PostAsync("stores/shop/verify")).Status, Is.EqualTo(HttpStatusCode.Accepted));
        JsonElement verified = await _host.WorkAsync("verify");
        Assert.That(verified.GetProperty("state").GetString(), Is.EqualTo("done"));
        Assert.That(verified.GetProperty("message").GetString(), Does.Contain("are intact"));
        Assert.That(verified.GetProperty("files_done").GetInt32(), Is.EqualTo(verified.GetProperty("files").GetInt32()).And.GreaterThan(0));
    }

    [Test]
    public async Task Checkpoint_WithAName_IsAStoreOfItsOwn()
    {
        string folder = Path.Combine(_host.Folder, "checkpoints");
        await using DashboardHost host = await DashboardHost.StartAsync(page =>
        {
            page.AllowChanges = true;
            page.CheckpointFolder = folder;
        });
        await host.AppendViewsAsync(Alice, 20);
        Assert.That((await host.PostAsync("stores/shop/checkpoint?name=first")).Status, Is.EqualTo(HttpStatusCode.Accepted));
        JsonElement taken = await host.WorkAsync("checkpoint");
        Assert.That(taken.GetProperty("state").GetString(), Is.EqualTo("done"), taken.ToString());
        Assert.That(SignalStore.ReadSchema(Path.Combine(folder, "first")).EventTypes, Has.Count.EqualTo(2));
        Assert.That((await host.PostAsync("stores/shop/checkpoint?name=first")).Status, Is.EqualTo(HttpStatusCode.Accepted));
        Assert.That((await host.WorkAsync("checkpoint")).GetProperty("state").GetString(), Is.EqualTo("failed"), "it exists");
    }

    [Test]
    public async Task Tenants_OfAStore_AreShownWithTheirQuotas()
    {
        _host.Store.Definitions.Register(Feed);
        _host.Store.Tenants.Register("ranking", new TenantOptions { ReadsPerSecond = 1, BurstSeconds = 1 });
        await _host.GetAsync("stores/shop/sequence?user=alice&definition=feed");
        (HttpStatusCode refused, _) = await _host.GetAsync("stores/shop/sequence?user=alice&definition=feed");
        (_, JsonElement answer) = await _host.GetAsync("stores/shop/definitions");
        JsonElement tenant = answer.GetProperty("tenants").EnumerateArray().Single();
        Assert.That(refused, Is.EqualTo(HttpStatusCode.TooManyRequests));
        Assert.That(tenant.GetProperty("refused").GetInt64(), Is.EqualTo(1));
        Assert.That(tenant.GetProperty("reads_per_second").GetDouble(), Is.EqualTo(1));
    }

    [Test]
    public async Task Store_ThatTheHostClosed_IsShownAsClosedAndAnswersNothingElse()
    {
        await _host.Store.DisposeAsync();
        using CancellationTokenSource patience = new(TimeSpan.FromSeconds(30));
        JsonElement answer;
        do
        {
            await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System, patience.Token);
            (_, answer) = await _host.GetAsync("stores/shop/overview");
        }
        while (answer.TryGetProperty("error", out _) || answer.GetProperty("state").GetString() != "closed");

        Assert.That((await _host.GetAsync("stores/shop/storage")).Status, Is.EqualTo(HttpStatusCode.ServiceUnavailable));
        Assert.That((await _host.PostAsync("stores/shop/verify")).Status, Is.EqualTo(HttpStatusCode.ServiceUnavailable));
    }

    [Test]
    public async Task Stores_OfTheContainer_AreShownUnderTheNamesOfTheirFolders()
    {
        using SignalStore plain = SignalStore.Open(Path.Combine(_host.Folder, "plain"), DashboardHost.Schema);
        using SignalStore keyed = SignalStore.Open(Path.Combine(_host.Folder, "a key", "plain"), DashboardHost.Schema);
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.SetMinimumLevel(LogLevel.Error);
        builder.Services.AddSingleton(_ => plain);
        builder.Services.AddKeyedSingleton("other", (_, _) => keyed);
        await using WebApplication app = builder.Build();
        app.MapSignals("/s", page => page.ConfigureStore = shown => shown.MemoryBudgetBytes = 7);
        await app.StartAsync();
        using HttpClient client = new() { BaseAddress = new Uri(app.Urls.First()) };
        string stores = await client.GetStringAsync(new Uri("/s/api/stores", UriKind.Relative));
        Assert.That(
            JsonDocument.Parse(stores).RootElement.GetProperty("stores").EnumerateArray().Select(s => s.GetProperty("name").GetString()),
            Is.EqualTo(new[] { "plain", "plain-2" }));
        Assert.That(
            await client.GetStringAsync(new Uri("/s/api/stores/plain-2/overview", UriKind.Relative)), Does.Contain("\"budget\":7"));
        await app.StopAsync();
    }

    private async Task<JsonElement> OverviewWithSamplesAsync(Func<(double Events, double Reads), bool> wanted)
    {
        using CancellationTokenSource patience = new(TimeSpan.FromSeconds(30));
        while (true)
        {
            using (Sequence read = _host.Store.Read(Alice, _host.Store.Query("view").Last(5).Build()))
            {
                (_, JsonElement answer) = await _host.GetAsync("stores/shop/overview");
                string[] series = [.. answer.GetProperty("series").EnumerateArray().Select(name => name.GetString()!)];
                if (answer.GetProperty("samples").EnumerateArray().Any(s => wanted((Value(s, "events"), Value(s, "reads")))))
                {
                    return answer;
                }

                double Value(JsonElement sample, string name) =>
                    sample[Array.IndexOf(series, name)] is { ValueKind: JsonValueKind.Number } number ? number.GetDouble() : double.NaN;
            }

            await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System, patience.Token);
        }
    }

    // A state is recorded some time after the flush; without one the past cannot be opened.
    private static async Task<PastStore> PastOfNowAsync(SignalStore store)
    {
        using CancellationTokenSource patience = new(TimeSpan.FromSeconds(30));
        while (true)
        {
            try
            {
                PastStore past = store.OpenPast(TimeProvider.System.GetUtcNow());
                using Sequence rows = past.Read(Alice, store.Query("view").Last(3).Build());
                if (rows.Count == 3)
                {
                    return past;
                }

                past.Dispose();
            }
            catch (VersionExpiredException)
            {
                // Not recorded yet.
            }

            await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System, patience.Token);
        }
    }
}
