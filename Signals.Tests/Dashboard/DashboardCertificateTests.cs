using System.Net;
using System.Text.Json;

namespace Signals.Tests.Dashboard;

/// <summary>Certificates of erasures in the page's list of work: kept, given whole, and forgotten when somebody says so.</summary>
[Category("Fast")]
internal sealed class DashboardCertificateTests
{
    private DashboardHost _host = null!;

    [SetUp]
    public async Task Start() => _host = await DashboardHost.StartAsync(page => page.AllowChanges = true);

    [TearDown]
    public async Task Stop() => await _host.DisposeAsync();

    [Test]
    public async Task Work_WithMoreCertificatesThanTheListHolds_GivesTheOldOnesOneByOne()
    {
        for (int i = 0; i < 22; i++)
        {
            Assert.That((await _host.PostAsync($"stores/shop/erase?user=text:u{i}")).Status, Is.EqualTo(HttpStatusCode.Accepted));
            await _host.WorkAsync("erase");
        }

        (_, JsonElement answer) = await _host.GetAsync("stores/shop/work");
        JsonElement[] work = [.. answer.GetProperty("work").EnumerateArray()];
        Assert.That(work, Has.Length.EqualTo(22));
        Assert.That(
            work.Select(item => item.GetProperty("certificate").ValueKind == JsonValueKind.String),
            Is.EqualTo(Enumerable.Range(0, 22).Select(i => i < 20)));
        (HttpStatusCode status, JsonElement oldest) = await _host.GetAsync($"stores/shop/work/{work[^1].GetProperty("id").GetInt64()}");
        Assert.That(status, Is.EqualTo(HttpStatusCode.OK));
        JsonElement certificate = JsonDocument.Parse(oldest.GetProperty("certificate").GetString()!).RootElement;
        Assert.That(certificate.GetProperty("user").GetString(), Is.EqualTo(work[^1].GetProperty("subject").GetString()));
    }

    [Test]
    public async Task Forget_OfAnErasure_TakesItFromTheList()
    {
        await _host.PostAsync("stores/shop/erase?user=alice");
        long id = (await _host.WorkAsync("erase")).GetProperty("id").GetInt64();
        Assert.That((await _host.PostAsync($"stores/shop/work/{id}/forget")).Status, Is.EqualTo(HttpStatusCode.Accepted));
        Assert.That((await _host.GetAsync($"stores/shop/work/{id}")).Status, Is.EqualTo(HttpStatusCode.NotFound));
        Assert.That((await _host.PostAsync($"stores/shop/work/{id}/forget")).Status, Is.EqualTo(HttpStatusCode.NotFound));
    }
}
