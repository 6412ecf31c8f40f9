using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Orleans.Configuration;
using Signals.Kafka;
using Signals.Orleans.Grains;
using Signals.Orleans.Health;
using Signals.Orleans.Partitions;
using Signals.Orleans.Placement;
using Signals.Orleans.Replicas;
using Signals.Orleans.Routing;

namespace Signals.Orleans;

/// <summary>Adds a machine's part of a cluster of stores to a host with an Orleans silo.</summary>
public static class SignalsClusterExtensions
{
    /// <summary>
    /// Makes the silo hold replicas of partitions, and adds <see cref="IClusterStore"/> and two health checks to the host. It also sets
    /// how fast a failed machine is noticed: what the host configures after this call holds. Membership (Redis, ADO.NET and so on) and
    /// the name of the silo are the host's to set. Give each machine a name that it keeps across restarts, because the name decides
    /// which partitions it gets and so which folders it can go on with.
    /// </summary>
    /// <param name="silo">The silo.</param>
    /// <param name="configure">Sets at least the folder, the schema and the number of partitions.</param>
    public static ISiloBuilder AddSignalsCluster(this ISiloBuilder silo, Action<SignalsClusterOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(silo);
        ArgumentNullException.ThrowIfNull(configure);
        IServiceCollection services = silo.Services;
        ConfigureFailover(silo);
        services.AddOptions<SignalsClusterOptions>().Configure(configure).ValidateOnStart();
        services.AddSingleton<IValidateOptions<SignalsClusterOptions>, SignalsClusterOptionsValidator>();
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton(provider => provider.GetRequiredService<IOptions<SignalsClusterOptions>>().Value);
        services.TryAddSingleton<IClusterLog>(provider =>
        {
            (KafkaSignalsOptions writes, KafkaPartitionOptions reads) = provider.GetRequiredService<SignalsClusterOptions>().GetLog();
            return new KafkaLog(writes, reads);
        });
        services.AddSingleton(provider => new ReplicaContext(
            provider.GetRequiredService<ILocalSiloDetails>().Name,
            provider.GetRequiredService<SignalsClusterOptions>(),
            provider.GetRequiredService<IClusterLog>(),
            provider.GetRequiredService<TimeProvider>(),
            provider.GetRequiredService<ILoggerFactory>().CreateLogger("Signals.Orleans.Replicas")));
        services.AddSingleton<ReplicaHost>();
        services.AddSingleton<ReplicaReader>();
        services.AddSingleton<ReplicaServices>();
        services.AddSingleton<ReplicaReports>();
        services.AddSingleton<ClusterMachines>();
        services.AddSingleton<ReadRouter>();
        services.AddSingleton<IClusterStore, ClusterStore>();
        services.AddSingleton<ILifecycleParticipant<ISiloLifecycle>, ReplicaCaretaker>();
        services.AddSingleton<ILifecycleParticipant<ISiloLifecycle>>(provider => new MembershipRefresher(
            provider.GetRequiredService<IClusterMembershipService>(),
            provider.GetRequiredService<ReplicaContext>().Time,
            provider.GetRequiredService<ReplicaContext>().Logger));
        services.AddGrainService<ReplicaService>();
        AddHealthChecks(services);
        silo.AddPlacementDirector<PartitionPlacement, PartitionPlacementDirector>();
        return silo;
    }

    private static void AddHealthChecks(IServiceCollection services) => services.AddHealthChecks()
        .Add(new HealthCheckRegistration(
            "signals-cluster",
            provider => new ClusterHealthCheck(
                provider.GetRequiredService<ReplicaHost>(),
                provider.GetRequiredService<ReplicaContext>(),
                provider.GetRequiredService<ReplicaReports>(),
                provider.GetRequiredService<ClusterMachines>()),
            failureStatus: null,
            tags: ["signals", "ready"]))
        .Add(new HealthCheckRegistration(
            "signals-cluster-live",
            provider => new CaretakerHealthCheck(provider.GetRequiredService<ReplicaContext>()),
            failureStatus: null,
            tags: ["signals", "live"]));

    // The defaults notice a dead machine after half a minute and hold its part of the grain directory back for another one.
    private static void ConfigureFailover(ISiloBuilder silo)
    {
        silo.AddDistributedGrainDirectory();
        silo.Configure<ClusterMembershipOptions>(options =>
        {
            options.ProbeTimeout = TimeSpan.FromSeconds(1);
            options.MinProbeTimeout = TimeSpan.FromMilliseconds(500);
            options.MaxProbeTimeout = TimeSpan.FromSeconds(2);
            options.NumMissedProbesLimit = 2;
            options.NumVotesForDeathDeclaration = 2;
            options.TableRefreshTimeout = TimeSpan.FromSeconds(5);

            // When more machines die at once than are left to vote, the dead lose their say once they have missed these.
            options.IAmAliveTablePublishTimeout = TimeSpan.FromSeconds(2);
            options.NumMissedTableIAmAliveLimit = 3;

            // Clocks may differ by an hour. Otherwise one machine whose clock is ahead declares dead whoever joins, because the time of
            // its start looks long past, and takes a name that it has not seen for one that was retired.
            options.EvictWhenMaxJoinAttemptTimeExceeded = false;
            options.SiloGenerationRetirementAge = TimeSpan.FromDays(1);
            options.DefunctSiloMinimumRetention = TimeSpan.FromHours(3);
        });
        silo.Configure<GrainDirectoryOptions>(options => options.RangeLeaseDuration = TimeSpan.FromSeconds(3));
        silo.Configure<ConnectionOptions>(options =>
        {
            options.OpenConnectionTimeout = TimeSpan.FromSeconds(1);
            options.ConnectionRetryDelay = TimeSpan.FromMilliseconds(250);
        });
    }
}
