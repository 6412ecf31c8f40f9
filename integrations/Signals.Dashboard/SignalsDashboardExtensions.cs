using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Signals.Dashboard.Http;
using Signals.Dashboard.Sampling;

namespace Signals.Dashboard;

/// <summary>Maps the page of a process' stores into an ASP.NET Core application.</summary>
public static class SignalsDashboardExtensions
{
    /// <summary>
    /// Maps the page and its JSON below a path. Without <see cref="DashboardOptions.AddStore"/> it shows the stores of the container,
    /// keyed ones included.
    /// </summary>
    /// <param name="endpoints">The application.</param>
    /// <param name="prefix">The path of the page, such as <c>/signals</c>.</param>
    /// <param name="configure">Sets the options; null for the defaults.</param>
    /// <returns>All endpoints of the page, so that you can require a policy: <c>.RequireAuthorization("operators")</c>.</returns>
    /// <exception cref="ArgumentException">The prefix is empty or holds a parameter, or an option is out of bounds.</exception>
    public static IEndpointConventionBuilder MapSignals(
        this IEndpointRouteBuilder endpoints, string prefix, Action<DashboardOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(endpoints);
        ArgumentException.ThrowIfNullOrWhiteSpace(prefix);
        if (prefix.AsSpan().ContainsAny("{}?#*") || prefix.Trim('/').Length == 0)
        {
            throw new ArgumentException($"'{prefix}' is not the path of a page; give one such as /signals.", nameof(prefix));
        }

        DashboardOptions options = new();
        configure?.Invoke(options);
        options.Validate();
        IServiceProvider services = endpoints.ServiceProvider;
        TimeProvider time = services.GetService<TimeProvider>() ?? TimeProvider.System;
        ILogger log = (services.GetService<ILoggerFactory>() ?? NullLoggerFactory.Instance).CreateLogger("Signals.Dashboard");
        Lazy<StoreBoard> board = new(() => new StoreBoard(StoresOf(options, services), options, time, log));
        if (services.GetService<IHostApplicationLifetime>() is { } lifetime)
        {
            // The container's stores are open by then, and the charts begin with the host.
            lifetime.ApplicationStarted.Register(() => _ = board.Value);
            lifetime.ApplicationStopping.Register(() =>
            {
                if (board.IsValueCreated)
                {
                    board.Value.Dispose();
                }
            });
        }

        return DashboardRoutes.Map(endpoints, prefix, options, board, log);
    }

    private static List<DashboardStore> StoresOf(DashboardOptions options, IServiceProvider services)
    {
        if (options.Stores.Count > 0)
        {
            return [.. options.Stores];
        }

        List<DashboardStore> stores = [];
        foreach (SignalStore store in services.GetServices<SignalStore>()
            .Concat(services.GetKeyedServices<SignalStore>(KeyedService.AnyKey)).Distinct())
        {
            string folder = NameOf(store);
            string name = folder;
            for (int next = 2; stores.Any(other => other.Name == name); next++)
            {
                name = $"{folder}-{next}";
            }

            DashboardStore shown = new(name, store);
            options.ConfigureStore?.Invoke(shown);
            stores.Add(shown);
        }

        return stores;
    }

    // The name becomes a part of paths.
    private static string NameOf(SignalStore store)
    {
        string folder = Path.GetFileName(Path.TrimEndingDirectorySeparator(store.Folder));
        string name = string.Concat(folder.Select(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '-' or '_' ? c : '_'));
        return name.Trim('.').Length == 0 ? "store" : name;
    }
}
