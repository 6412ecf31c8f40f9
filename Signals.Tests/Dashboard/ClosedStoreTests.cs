using System.Net;
using System.Text.Json;

namespace Signals.Tests.Dashboard;

/// <summary>A store that the host closed while the page goes on, and whose meter the page does not know by its name.</summary>
[Category("Fast")]
internal sealed class ClosedStoreTests
{
    private static readonly StoreOptions Renamed = new() { Name = "another-name" };

    [Test]
    public async Task Stores_AfterAStoreOfAnotherTelemetryNameClosed_SoonSaySo()
    {
        await using DashboardHost host = await DashboardHost.StartAsync(options: Renamed);
        Assert.That(await StateAsync(host), Is.EqualTo("healthy"));
        await host.Store.DisposeAsync();
        using CancellationTokenSource patience = new(TimeSpan.FromSeconds(20));
        while (await StateAsync(host) != "closed")
        {
            await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System, patience.Token);
        }
    }

    [Test]
    public async Task Stores_AfterARequestMetAClosedStore_SaySoAtOnce()
    {
        await using DashboardHost host = await DashboardHost.StartAsync(
            page => (page.SampleInterval, page.History) = (TimeSpan.FromMinutes(1), TimeSpan.FromMinutes(10)), options: Renamed);
        await host.Store.DisposeAsync();
        Assert.That(await StateAsync(host), Is.EqualTo("healthy"), "no sample has looked yet");
        Assert.That((await host.GetAsync("stores/shop/user?user=alice")).Status, Is.EqualTo(HttpStatusCode.ServiceUnavailable));
        Assert.That(await StateAsync(host), Is.EqualTo("closed"));
    }

    private static async Task<string?> StateAsync(DashboardHost host)
    {
        (_, JsonElement answer) = await host.GetAsync("stores");
        return answer.GetProperty("stores")[0].GetProperty("state").GetString();
    }
}
