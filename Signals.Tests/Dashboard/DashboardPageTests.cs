using System.Text.Json;

namespace Signals.Tests.Dashboard;

/// <summary>
/// The page in a browser, at four widths, light and dark: nothing is cut, nothing scrolls sideways, no request fails, and data of users is
/// never run. <c>SIGNALS_PAGE_SHOTS</c> names a folder for pictures of all of it.
/// </summary>
[Category("Browser")]
[NonParallelizable]
internal sealed class DashboardPageTests
{
    private const string Hostile = "<img src=x onerror=\"window.hacked=1\"><script>window.hacked=1</script>";

    private static readonly string? Shots = Environment.GetEnvironmentVariable("SIGNALS_PAGE_SHOTS");

    private static readonly int[] Widths = [360, 768, 1400, 2560];

    [Test]
    public async Task Page_AtFourWidthsInBothSchemes_CutsNothingAndAsksNobodyElse()
    {
        await using DashboardHost host = await DashboardHost.StartAsync(
            page =>
            {
                page.AllowChanges = true;
                page.CheckpointFolder = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName());
            },
            options: new StoreOptions { VersionRetention = new VersionRetention() });
        await PageContent.FillAsync(host.Store, Hostile);
        await host.PostAsync("stores/shop/verify");
        await host.WorkAsync("verify");
        await host.PostAsync("stores/shop/erase?user=erased-user");
        await host.WorkAsync("erase");
        using CancellationTokenSource looked = new();
        Task traffic = PageContent.KeepBusyAsync(host.Store, looked.Token);
        string[] problems = await Chromium.LookAsync(JsonSerializer.Serialize(new
        {
            @base = host.Page,
            widths = Widths,
            shots = Shots,
            places = new object[]
            {
                new { name = "overview", at = "#/shop/overview", keyboard = true, pause = Shots is null ? 500 : 12_000 },
                new { name = "storage", at = "#/shop/storage", clicks = new[] { "details summary" } },
                new { name = "user-asked", at = "#/shop/user" },
                new { name = "user", at = "#/shop/user?user=alice&last=100" },
                new
                {
                    name = "sequence", at = "#/shop/user?user=alice&definition=home_feed", clicks = new[] { "section button" },
                    keyboard = true, height = 1250,
                },
                new { name = "nobody", at = "#/shop/user?user=" + Uri.EscapeDataString("text:" + Hostile) },
                new { name = "definitions", at = "#/shop/definitions?name=home_feed", pause = 500 },
                new { name = "upkeep", at = "#/shop/upkeep", clicks = new[] { "details summary" } },
            },
        }));
        await looked.CancelAsync();
        await traffic;
        Assert.That(problems, Is.Empty, string.Join('\n', problems));
    }
}
