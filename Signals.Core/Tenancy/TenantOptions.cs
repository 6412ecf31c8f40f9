namespace Signals.Core.Tenancy;

/// <summary>What one tenant may use, and when it is shut off. <c>null</c> is no limit. Read once when the tenant is registered.</summary>
public sealed record TenantOptions
{
    /// <summary>Reads a second, over time.</summary>
    public double? ReadsPerSecond { get; init; }

    /// <summary>Rows of answers a second, over time. Charged after a read, so one may overdraw; the next wait for it.</summary>
    public double? RowsPerSecond { get; init; }

    /// <summary>Microseconds of work a second, over time: 500,000 is half a core. Charged after a read, as rows are.</summary>
    public double? MicrosecondsPerSecond { get; init; }

    /// <summary>How many seconds' worth of each rate may be used at once after a rest.</summary>
    public double BurstSeconds { get; init; } = 1;

    /// <summary>Reads at the same time: a tenant whose code never ends holds no more threads than this.</summary>
    public int? MaxConcurrency { get; init; }

    /// <summary>Failures in a row, from the first after a success, that open the circuit.</summary>
    public int FailuresToOpen { get; init; } = 10;

    /// <summary>How long an open circuit refuses every read before it lets one try.</summary>
    public TimeSpan OpenDuration { get; init; } = TimeSpan.FromSeconds(5);

    internal void Validate()
    {
        CheckRate(ReadsPerSecond, nameof(ReadsPerSecond));
        CheckRate(RowsPerSecond, nameof(RowsPerSecond));
        CheckRate(MicrosecondsPerSecond, nameof(MicrosecondsPerSecond));
        if (!(BurstSeconds >= 1e-3 && BurstSeconds <= 3600))
        {
            throw new ArgumentOutOfRangeException(nameof(BurstSeconds), BurstSeconds, "Must be from 0.001 to 3600.");
        }

        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(MaxConcurrency ?? 1, nameof(MaxConcurrency));
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(FailuresToOpen);
        if (OpenDuration <= TimeSpan.Zero || OpenDuration > TimeSpan.FromDays(1))
        {
            throw new ArgumentOutOfRangeException(nameof(OpenDuration), OpenDuration, "Must be more than zero and at most a day.");
        }
    }

    private static void CheckRate(double? value, string name)
    {
        if (value is { } rate && !(rate >= 1e-3 && rate <= 1e12))
        {
            throw new ArgumentOutOfRangeException(name, rate, "Must be from 0.001 to 1e12; leave it out for no limit.");
        }
    }
}
