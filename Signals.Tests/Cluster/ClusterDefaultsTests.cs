using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using Orleans.Configuration;
using Orleans.Hosting;
using Signals.Orleans;

namespace Signals.Tests.Cluster;

/// <summary>How fast a failed machine is noticed, by default, and that the host has the last word.</summary>
[Category("Fast")]
internal sealed class ClusterDefaultsTests
{
    [Test]
    public void AddSignalsCluster_ByDefault_NoticesADeadMachineInSeconds()
    {
        using IHost host = Build(_ => { });
        ClusterMembershipOptions membership = Of<ClusterMembershipOptions>(host);
        Assert.That(
            (membership.ProbeTimeout, membership.MinProbeTimeout, membership.MaxProbeTimeout),
            Is.EqualTo((TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(0.5), TimeSpan.FromSeconds(2))),
            "probes that adapt beyond these undo the first one");
        Assert.That((membership.NumMissedProbesLimit, membership.NumVotesForDeathDeclaration), Is.EqualTo((2, 2)));
        Assert.That(membership.TableRefreshTimeout, Is.EqualTo(TimeSpan.FromSeconds(5)));
        Assert.That(
            membership.IAmAliveTablePublishTimeout * membership.NumMissedTableIAmAliveLimit, Is.EqualTo(TimeSpan.FromSeconds(6)),
            "after which a lone survivor's vote is enough");
        Assert.That(Of<GrainDirectoryOptions>(host).RangeLeaseDuration, Is.EqualTo(TimeSpan.FromSeconds(3)));
        Assert.That(Of<ConnectionOptions>(host).OpenConnectionTimeout, Is.EqualTo(TimeSpan.FromSeconds(1)));
        Assert.That(Of<ConnectionOptions>(host).ConnectionRetryDelay, Is.EqualTo(TimeSpan.FromMilliseconds(250)));
    }

    [Test]
    public void AddSignalsCluster_TheHostConfiguresAfterwards_TheHostHolds()
    {
        using IHost host = Build(silo => silo.Configure<ClusterMembershipOptions>(o => o.MaxProbeTimeout = TimeSpan.FromSeconds(7)));
        Assert.That(Of<ClusterMembershipOptions>(host).MaxProbeTimeout, Is.EqualTo(TimeSpan.FromSeconds(7)));
        Assert.That(Of<ClusterMembershipOptions>(host).ProbeTimeout, Is.EqualTo(TimeSpan.FromSeconds(1)));
    }

    [Test]
    public void Health_AMaxLagOfNothing_IsRefused()
    {
        using IHost host = Build(_ => { }, options => options.Health.MaxLag = TimeSpan.Zero);
        Assert.That(
            () => Of<SignalsClusterOptions>(host), Throws.InstanceOf<OptionsValidationException>().With.Message.Contains("Health.MaxLag"));
    }

    private static T Of<T>(IHost host)
        where T : class => host.Services.GetRequiredService<IOptions<T>>().Value;

    private static IHost Build(Action<ISiloBuilder> afterwards, Action<SignalsClusterOptions>? configure = null)
    {
        HostApplicationBuilder builder = Host.CreateEmptyApplicationBuilder(settings: null);
        builder.UseOrleans(silo =>
        {
            silo.UseLocalhostClustering(primarySiloEndpoint: new IPEndPoint(IPAddress.Loopback, 1));
            silo.AddSignalsCluster(options =>
            {
                (options.Folder, options.Schema, options.Partitions) = ("nowhere", TestCluster.Schema, 1);
                configure?.Invoke(options);
            });
            afterwards(silo);
        });
        return builder.Build();
    }
}
