using System.Globalization;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Signals.Orleans.Replicas;

namespace Signals.Orleans.Health;

/// <summary>
/// Whether the process should go on. Unhealthy: the machine's replicas have not been looked after for a minute, so it takes over nothing
/// any more, and only a restart helps. What a restart does not mend is left to <see cref="ClusterHealthCheck"/>.
/// </summary>
/// <remarks>Thread contract: any thread.</remarks>
internal sealed class CaretakerHealthCheck(ReplicaContext context) : IHealthCheck
{
    // A round waits for other machines, and for stores that it closes, for seconds.
    internal static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext check, CancellationToken cancellationToken = default) =>
        Task.FromResult(context.Pulse.Since is TimeSpan since && since > Patience
            ? HealthCheckResult.Unhealthy(string.Create(
                CultureInfo.InvariantCulture,
                $"The replicas of this machine have not been looked after for {since.TotalSeconds:F0} s. Restart the process."))
            : HealthCheckResult.Healthy());
}
