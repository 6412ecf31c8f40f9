using System.Net;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Logging;
using Signals.Dashboard;

namespace Signals.Tests.Dashboard;

/// <summary>
/// A web server on a port of this machine with the page at <c>/signals</c>, over a store in a temporary folder. Dispose it: it stops the
/// server, closes the store and deletes the folder.
/// </summary>
internal sealed class DashboardHost : IAsyncDisposable
{
    public static readonly StoreSchema Schema = StoreSchema.Define(s => s
        .EventType("view", t => t
            .Field<long>("item").Field<float>("dwell_seconds").Text("title").Bytes("raw")
            .Vector<float>("embedding", 4).Field<bool>("clicked"))
        .EventType("purchase", t => t.Field<long>("item").Field<long>("cents")));

    private readonly WebApplication _app;

    private DashboardHost(WebApplication app, SignalStore store, string folder)
    {
        _app = app;
        (Store, Folder) = (store, folder);
        Client = new HttpClient(new HttpClientHandler { AllowAutoRedirect = false }) { BaseAddress = new Uri(app.Urls.First()) };
    }

    public SignalStore Store { get; }

    /// <summary>The folder in which the store's folder lies.</summary>
    public string Folder { get; }

    public HttpClient Client { get; }

    /// <summary>The address of the page, with a slash at its end.</summary>
    public Uri Page => new(Client.BaseAddress!, "/signals/");

    /// <summary>Starts a server whose page shows one store, called <c>shop</c>.</summary>
    public static async Task<DashboardHost> StartAsync(
        Action<DashboardOptions>? configure = null, Action<IApplicationBuilder>? before = null, StoreOptions? options = null)
    {
        string folder = Directory.CreateTempSubdirectory("signals-page-").FullName;
        SignalStore store = SignalStore.Open(Path.Combine(folder, "shop-store"), Schema, options ?? new StoreOptions());
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.SetMinimumLevel(LogLevel.Error);
        WebApplication app = builder.Build();
        before?.Invoke(app);
        app.MapSignals("/signals", page =>
        {
            page.SampleInterval = TimeSpan.FromMilliseconds(100);
            page.AddStore("shop", store, shown => shown.MemoryBudgetBytes = 512L << 20);
            configure?.Invoke(page);
        });
        await app.StartAsync();
        return new DashboardHost(app, store, folder);
    }

    /// <summary>Appends views of a user, one a minute, the newest a minute ago.</summary>
    public async Task AppendViewsAsync(UserId user, int count, string title = "a title")
    {
        EventBatch batch = Store.CreateBatch("view", count);
        long now = TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds();
        for (int i = 0; i < count; i++)
        {
            batch.Add(user, now - (60_000L * (count - i)), (ulong)i + 1)
                .Set("item", (long)(4000 + i)).Set("dwell_seconds", i * 1.5f).Set("title", title)
                .Set<float>("embedding", [i, -i, 0.5f, 1]);
        }

        await Store.AppendAsync(batch);
    }

    public async Task<(HttpStatusCode Status, JsonElement Answer)> GetAsync(string path)
    {
        using HttpResponseMessage answer = await Client.GetAsync(new Uri(Page, "api/" + path));
        return (answer.StatusCode, await ReadAsync(answer));
    }

    /// <summary>Sends a change as the page does, or with other headers.</summary>
    public async Task<(HttpStatusCode Status, JsonElement Answer)> PostAsync(
        string path, string body = "", params (string Name, string Value)[] headers)
    {
        using HttpRequestMessage request = new(HttpMethod.Post, new Uri(Page, "api/" + path))
        {
            Content = new StringContent(body, Encoding.UTF8, "application/json"),
        };
        foreach ((string name, string value) in headers.Length > 0 ? headers : [("X-Signals-Change", "1")])
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        using HttpResponseMessage answer = await Client.SendAsync(request);
        return (answer.StatusCode, await ReadAsync(answer));
    }

    /// <summary>Waits until work that the page began has ended.</summary>
    public async Task<JsonElement> WorkAsync(string kind, string store = "shop")
    {
        using CancellationTokenSource patience = new(TimeSpan.FromSeconds(60));
        while (true)
        {
            (_, JsonElement answer) = await GetAsync($"stores/{store}/work");
            JsonElement item = answer.GetProperty("work").EnumerateArray().First(w => w.GetProperty("kind").GetString() == kind);
            if (item.GetProperty("state").GetString() != "running")
            {
                return item;
            }

            await Task.Delay(TimeSpan.FromMilliseconds(10), TimeProvider.System, patience.Token);
        }
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await _app.StopAsync();
        await _app.DisposeAsync();
        await Store.DisposeAsync();
        Directory.Delete(Folder, recursive: true);
    }

    private static async Task<JsonElement> ReadAsync(HttpResponseMessage answer)
    {
        string text = await answer.Content.ReadAsStringAsync();
        return text.StartsWith('{') ? JsonDocument.Parse(text).RootElement : default;
    }
}
