namespace Signals.Samples.Recommender.Simulation;

/// <summary>Lets the simulated shoppers go on, four times a second, while the web server runs.</summary>
internal sealed class LiveTraffic(Traffic traffic) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using PeriodicTimer timer = new(TimeSpan.FromMilliseconds(250));
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            await traffic.TickAsync();
        }
    }
}
