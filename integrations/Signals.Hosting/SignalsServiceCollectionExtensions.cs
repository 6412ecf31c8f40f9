using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace Signals.Hosting;

/// <summary>
/// Adds stores to a host. A store opens before the host's services start and closes after they have stopped. Take it from the
/// container as <see cref="SignalStore"/>.
/// </summary>
public static class SignalsServiceCollectionExtensions
{
    private const string CategoryName = "Signals.Storage.SignalStore";

    /// <summary>Adds the host's store.</summary>
    /// <param name="services">The host's services.</param>
    /// <param name="configure">Sets at least the path and the schema.</param>
    public static IServiceCollection AddSignals(this IServiceCollection services, Action<SignalsOptions> configure) =>
        Add(services, key: null, section: null, configure);

    /// <summary>Adds the host's store, with settings from configuration.</summary>
    /// <param name="services">The host's services.</param>
    /// <param name="section">
    /// The settings, under the names of <see cref="SignalsOptions"/>. A key that is none of them is an error at the start of the host.
    /// </param>
    /// <param name="configure">Runs after the configuration and declares the schema.</param>
    public static IServiceCollection AddSignals(
        this IServiceCollection services, IConfiguration section, Action<SignalsOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(section);
        return Add(services, key: null, section, configure);
    }

    /// <summary>
    /// Adds one of several stores of the host. Take it from the container with <c>[FromKeyedServices(key)]</c>. Each store needs
    /// its own folder.
    /// </summary>
    /// <param name="services">The host's services.</param>
    /// <param name="key">Names the store, its options and its health check.</param>
    /// <param name="configure">Sets at least the path and the schema.</param>
    public static IServiceCollection AddKeyedSignals(this IServiceCollection services, string key, Action<SignalsOptions> configure)
    {
        ArgumentException.ThrowIfNullOrEmpty(key);
        return Add(services, key, section: null, configure);
    }

    /// <summary>Adds one of several stores of the host, with settings from configuration.</summary>
    /// <inheritdoc cref="AddKeyedSignals(IServiceCollection, string, Action{SignalsOptions})"/>
    /// <param name="services">The host's services.</param>
    /// <param name="key">Names the store, its options and its health check.</param>
    /// <param name="section">
    /// The settings, under the names of <see cref="SignalsOptions"/>. A key that is none of them is an error at the start of the host.
    /// </param>
    /// <param name="configure">Runs after the configuration and declares the schema.</param>
    public static IServiceCollection AddKeyedSignals(
        this IServiceCollection services, string key, IConfiguration section, Action<SignalsOptions> configure)
    {
        ArgumentException.ThrowIfNullOrEmpty(key);
        ArgumentNullException.ThrowIfNull(section);
        return Add(services, key, section, configure);
    }

    private static IServiceCollection Add(
        IServiceCollection services, string? key, IConfiguration? section, Action<SignalsOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(configure);
        string name = key ?? Options.DefaultName;
        OptionsBuilder<SignalsOptions> options = services.AddOptions<SignalsOptions>(name);
        if (section is not null)
        {
            // This is a call and not a method group, because the source generator replaces calls.
            options.Configure(bound => section.Bind(bound));
        }

        options.Configure(configure).ValidateOnStart();
        services.AddSingleton<IValidateOptions<SignalsOptions>>(new SignalsOptionsValidator(name, section));
        services.TryAddSingleton(TimeProvider.System);
        AddStore(services, key, name);
        services.AddHealthChecks().Add(new HealthCheckRegistration(
            key is null ? "signals" : $"signals-{key}",
            provider => new SignalsHealthCheck(
                Store(provider, key),
                OptionsOf(provider, name),
                path => new DriveInfo(path).AvailableFreeSpace,
                provider.GetRequiredService<TimeProvider>()),
            failureStatus: null,
            tags: ["signals"]));
        return services;
    }

    // The lifetime is registered first among the hosted services of the store, and as a singleton of its own, so that each of
    // several stores gets one.
    private static void AddStore(IServiceCollection services, string? key, string name)
    {
        if (key is null)
        {
            services.AddSingleton(provider => Open(provider, name));
        }
        else
        {
            services.AddKeyedSingleton(key, (provider, _) => Open(provider, name));
        }

        services.AddKeyedSingleton<StoreStart>(name);
        services.AddSingleton<IHostedService>(provider =>
            new SignalsLifetime(
                () => Store(provider, key),
                provider.GetRequiredKeyedService<StoreStart>(name),
                () => LogOf(provider, name).Closing(DisplayName(OptionsOf(provider, name), name))));
    }

    private static SignalStore Open(IServiceProvider provider, string name)
    {
        SignalsOptions options = OptionsOf(provider, name);
        StoreLog log = LogOf(provider, name);
        StoreOptions store = options.ToStoreOptions(log, provider.GetRequiredService<TimeProvider>());
        try
        {
            return SignalStore.Open(options.Path, options.GetSchema()!, store);
        }
        catch (StoreLockedException locked) when (options.LockWait != TimeSpan.Zero)
        {
            log.WaitsForLock(DisplayName(options, name), locked.Owner);
        }

        // The container waits for this factory, on the thread on which the lifetime asked for the store.
        CancellationToken cancelled = provider.GetRequiredKeyedService<StoreStart>(name).Cancelled;
        return Task.Run(() => SignalStore.OpenAsync(options.Path, options.GetSchema()!, store, cancelled)).GetAwaiter().GetResult();
    }

    private static SignalStore Store(IServiceProvider provider, string? key) =>
        key is null ? provider.GetRequiredService<SignalStore>() : provider.GetRequiredKeyedService<SignalStore>(key);

    private static SignalsOptions OptionsOf(IServiceProvider provider, string name) =>
        provider.GetRequiredService<IOptionsMonitor<SignalsOptions>>().Get(name);

    private static StoreLog LogOf(IServiceProvider provider, string name) =>
        new(
            (provider.GetService<ILoggerFactory>() ?? NullLoggerFactory.Instance).CreateLogger(CategoryName),
            DisplayName(OptionsOf(provider, name), name));

    private static string DisplayName(SignalsOptions options, string name) =>
        options.Name ?? (name.Length > 0 ? name : Path.GetFileName(Path.TrimEndingDirectorySeparator(options.Path)));
}
