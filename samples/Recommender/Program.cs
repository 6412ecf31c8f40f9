// A shop with simulated shoppers, their sequences live, and items ranked by a small model on the store's tensors.
// With --self-test it calls itself, compares, and ends.
using Signals.Dashboard;
using Signals.Samples.Recommender.Simulation;
using Signals.Samples.Recommender.Web;

string folder = Directory.CreateTempSubdirectory("signals-recommender-").FullName;
try
{
    await using Sample sample = await Sample.StartAsync(folder);
    WebApplicationBuilder builder = WebApplication.CreateBuilder(
        new WebApplicationOptions { Args = args, ContentRootPath = AppContext.BaseDirectory });
    builder.Logging.AddFilter("Microsoft.AspNetCore", LogLevel.Warning);
    builder.Services.AddHostedService(_ => new LiveTraffic(sample.Traffic));
    await using WebApplication app = builder.Build();
    app.UseDefaultFiles();
    app.UseStaticFiles();
    app.MapShop(sample);
    app.MapSignals("/signals", page => page.AddStore("shop", sample.Store, shown => shown.Catalog = sample.Catalog));
    if (args.Contains("--self-test"))
    {
        return await SelfTest.RunAsync(app, sample);
    }

    await app.RunAsync();
    return 0;
}
finally
{
    Directory.Delete(folder, recursive: true);
}
