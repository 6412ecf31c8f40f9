namespace Signals.Serving;

/// <summary>
/// The limits of one tenant, and when it is shut off. <c>null</c> means no limit. Read once, when the tenant is registered.
/// </summary>
public sealed record TenantOptions
{
    /// <summary>The number of reads per second, on average.</summary>
    public double? ReadsPerSecond { get; init; }

    /// <summary>
    /// The number of rows of answers per second, on average. Rows are charged after a read, so one read may exceed the limit; the
    /// next reads then wait for it.
    /// </summary>
    public double? RowsPerSecond { get; init; }

    /// <summary>
    /// The microseconds of work per second, on average; 500,000 is half a core. They are charged after a read, like rows.
    /// </summary>
    public double? MicrosecondsPerSecond { get; init; }

    /// <summary>How many seconds' worth of each rate may be used at once after an idle time.</summary>
    public double BurstSeconds { get; init; } = 1;

    /// <summary>The number of reads at the same time. A tenant whose code never ends holds no more threads than this.</summary>
    public int? MaxConcurrency { get; init; }

    /// <summary>The number of failures in a row that open the circuit.</summary>
    public int FailuresToOpen { get; init; } = 10;

    /// <summary>How long an open circuit refuses every read before it lets one read try.</summary>
    public TimeSpan OpenDuration { get; init; } = TimeSpan.FromSeconds(5);

    internal void Validate()
    {
        CheckRate(ReadsPerSecond, nameof(ReadsPerSecond));
        CheckRate(RowsPerSecond, nameof(RowsPerSecond));
        CheckRate(MicrosecondsPerSecond, nameof(MicrosecondsPerSecond));
        if (!(BurstSeconds >= 1e-3 && BurstSeconds <= 3600))
        {
            throw new ArgumentOutOfRangeException(
                nameof(BurstSeconds), BurstSeconds, $"{nameof(BurstSeconds)} must be from 0.001 to 3600.");
        }

        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(MaxConcurrency ?? 1, nameof(MaxConcurrency));
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(FailuresToOpen);
        if (OpenDuration <= TimeSpan.Zero || OpenDuration > TimeSpan.FromDays(1))
        {
            throw new ArgumentOutOfRangeException(
                nameof(OpenDuration), OpenDuration, $"{nameof(OpenDuration)} must be more than zero and at most a day.");
        }
    }

    private static void CheckRate(double? value, string name)
    {
        if (value is { } rate && !(rate >= 1e-3 && rate <= 1e12))
        {
            throw new ArgumentOutOfRangeException(name, rate, $"{name} must be from 0.001 to 1e12; leave it out for no limit.");
        }
    }
}
