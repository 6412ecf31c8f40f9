using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Logging.Abstractions;
using Signals.Orleans;
using Signals.Orleans.Health;
using Signals.Orleans.Replicas;
using Signals.Tests.Storage.Engine;

namespace Signals.Tests.Cluster.Observing;

/// <summary>The health checks of a machine, over replicas that fare badly.</summary>
[Category("Reliability")]
internal sealed class ClusterHealthTests
{
    [Test]
    public async Task Ready_OfAnOwner_FollowsWhatBecomesOfItsStoreAndItsLog()
    {
        await using LoneMachine machine = new(configure: options => options.Health.MaxLag = TimeSpan.FromMilliseconds(300));
        await machine.AppendAsync(5);
        machine.Host.Own(0);
        await machine.UntilAsync(report => report is { State: ReplicaState.Following, Position: 5 });
        HealthCheckResult early = await CheckAsync(machine);
        Assert.That(early.Status, Is.EqualTo(HealthStatus.Degraded), "the caretaker has not begun, so replicas may be missing");
        Assert.That(early.Description, Does.Contain("not looked after yet"));
        machine.Context.Pulse.Beat();
        Assert.That((await CheckAsync(machine)).Status, Is.EqualTo(HealthStatus.Healthy));

        machine.Log.IsDown = true;
        await machine.UntilAsync(report => report.Lag > TimeSpan.FromMilliseconds(300));
        HealthCheckResult late = await CheckAsync(machine);
        Assert.That(late.Status, Is.EqualTo(HealthStatus.Degraded));
        Assert.That(late.Description, Does.Match(@"^partition 0: it is up to [\d.]+ s late, more than 0\.3 s: The log is down\.\.$"));

        machine.Log.IsDown = false;
        await machine.UntilAsync(report => report.Lag < TimeSpan.FromMilliseconds(200));
        machine.Log.MakeAnew();
        PartitionReplica replica = machine.Host.TryGet(0)!;
        replica.Current!.Fail(new FileOperationException("read", "a table", "planted"));
        await machine.UntilAsync(report => report.Error?.Contains("made anew", StringComparison.Ordinal) == true);
        HealthCheckResult lost = await CheckAsync(machine);
        Assert.That(lost.Status, Is.EqualTo(HealthStatus.Unhealthy), lost.Description);
        Assert.That(lost.Description, Does.StartWith("partition 0: it failed and is opened again: ").And.Contain("made anew"));
    }

    [Test]
    public async Task Live_TheCaretakerStandsStill_IsUnhealthyUntilItGoesOn()
    {
        ManualTime time = new(1_700_000_000_000);
        using ReplicaContext context = new(
            "here", new SignalsClusterOptions(), new MemoryLog(partitions: 1), time, NullLogger.Instance);
        CaretakerHealthCheck check = new(context);
        time.NowMs += 1000_000;
        Assert.That((await check.CheckHealthAsync(new HealthCheckContext())).Status, Is.EqualTo(HealthStatus.Healthy), "it has not begun");
        context.Pulse.Beat();
        time.NowMs += (long)CaretakerHealthCheck.Patience.TotalMilliseconds;
        Assert.That((await check.CheckHealthAsync(new HealthCheckContext())).Status, Is.EqualTo(HealthStatus.Healthy));
        time.NowMs += 1;
        HealthCheckResult stuck = await check.CheckHealthAsync(new HealthCheckContext());
        Assert.That(stuck.Status, Is.EqualTo(HealthStatus.Unhealthy));
        Assert.That(stuck.Description, Does.Contain("for 60 s"));
        context.Pulse.Beat();
        Assert.That((await check.CheckHealthAsync(new HealthCheckContext())).Status, Is.EqualTo(HealthStatus.Healthy));
        time.NowMs += 1000_000;
        context.Pulse.End();
        Assert.That((await check.CheckHealthAsync(new HealthCheckContext())).Status, Is.EqualTo(HealthStatus.Healthy), "the silo stops");
    }

    private static Task<HealthCheckResult> CheckAsync(LoneMachine machine) =>
        new ClusterHealthCheck(machine.Host, machine.Context, null!, null!).CheckHealthAsync(new HealthCheckContext());
}
