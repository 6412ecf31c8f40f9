// Starts the sample ShopService under Aspire. With --self-test it calls the service once and ends.
using Microsoft.Extensions.DependencyInjection;

bool isSelfTest = args.Contains("--self-test");
string folder = isSelfTest
    ? Directory.CreateTempSubdirectory("signals-aspire-").FullName
    : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData), "signals-aspire");

IDistributedApplicationBuilder builder = DistributedApplication.CreateBuilder(
    new DistributedApplicationOptions { Args = args, DisableDashboard = isSelfTest });

// The folder outlives the run. One process opens a store, so the service has one replica.
IResourceBuilder<ProjectResource> shop = builder.AddProject<Projects.ShopService>("shop", launchProfileName: null)
    .WithHttpEndpoint()
    .WithEnvironment("Signals__Path", folder);

await using DistributedApplication app = builder.Build();
if (!isSelfTest)
{
    await app.RunAsync();
    return 0;
}

using CancellationTokenSource patience = new(TimeSpan.FromMinutes(3));
await app.StartAsync(patience.Token);
await app.Services.GetRequiredService<ResourceNotificationService>()
    .WaitForResourceAsync("shop", KnownResourceStates.Running, patience.Token);
using HttpClient client = new() { BaseAddress = new Uri(shop.GetEndpoint("http").Url) };
string view = $"/users/alice/views?at={TimeProvider.System.GetUtcNow():s}Z&id=1&item=7&seconds=2.5";
while (!await TryPostAsync(view))
{
    await Task.Delay(200, patience.Token); // The process runs, but does not listen yet.
}

string wanted = await client.GetStringAsync(new Uri("/users/alice/recommendations", UriKind.Relative), patience.Token);
Console.WriteLine($"alice may want {wanted}");
await app.StopAsync(patience.Token);
await app.DisposeAsync();
Directory.Delete(folder, recursive: true);
return wanted == "[7]" ? 0 : 1;

async Task<bool> TryPostAsync(string path)
{
    try
    {
        using HttpResponseMessage answer = await client.PostAsync(new Uri(path, UriKind.Relative), content: null, patience.Token);
        return answer.IsSuccessStatusCode;
    }
    catch (HttpRequestException)
    {
        return false;
    }
}
