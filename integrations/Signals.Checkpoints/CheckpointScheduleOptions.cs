namespace Signals.Checkpoints;

/// <summary>When a <see cref="CheckpointSchedule"/> uploads and collects. Checked once, by its constructor.</summary>
public sealed class CheckpointScheduleOptions
{
    /// <summary>Time from one upload to the next, counted from their beginnings; one second to 30 days, default 5 minutes.</summary>
    public TimeSpan Interval { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>
    /// An upload begins earlier when the store has written this many bytes to its log since the last one; at least 1 MiB. Null, the
    /// default, looks at the time only. <see cref="Durability.InMemory"/> has no log.
    /// </summary>
    public long? LogBytes { get; init; }

    /// <summary>How often the bytes are looked at; 10 ms to 30 days, default one second.</summary>
    public TimeSpan PollInterval { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>
    /// The wait after the first failure; at least 10 ms, default 5 seconds. It doubles with each further failure, up to
    /// <see cref="MaxBackOff"/>, and each wait is shortened by a random part of up to a half.
    /// </summary>
    public TimeSpan BackOff { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>The longest wait after a failure; <see cref="BackOff"/> to 30 days, default 5 minutes.</summary>
    public TimeSpan MaxBackOff { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>
    /// Time from one collection of garbage to the next; the first follows the first upload. Null for none here. At least one minute,
    /// default one hour.
    /// </summary>
    public TimeSpan? CollectInterval { get; init; } = TimeSpan.FromHours(1);

    /// <summary>
    /// <see cref="CheckpointSchedule.Health"/> says that checkpoints are late when <see cref="CheckpointHealth.LastSuccess"/> is older than
    /// this. Default 30 minutes.
    /// </summary>
    public TimeSpan MaxAge { get; init; } = TimeSpan.FromMinutes(30);

    /// <exception cref="ArgumentException">Lists every setting that is out of range.</exception>
    internal CheckpointScheduleOptions Validate()
    {
        TimeSpan least = TimeSpan.FromMilliseconds(10);
        TimeSpan most = TimeSpan.FromDays(30); // a timer takes 49
        (bool Holds, string Name, object? Value, string Range)[] rules =
        [
            (Interval >= TimeSpan.FromSeconds(1) && Interval <= most, nameof(Interval), Interval, "one second to 30 days"),
            (LogBytes is null or >= 1 << 20, nameof(LogBytes), LogBytes, "null or at least 1,048,576"),
            (PollInterval >= least && PollInterval <= most, nameof(PollInterval), PollInterval, "10 ms to 30 days"),
            (BackOff >= least, nameof(BackOff), BackOff, "at least 10 ms"),
            (MaxBackOff >= BackOff && MaxBackOff <= most, nameof(MaxBackOff), MaxBackOff, "BackOff to 30 days"),
            (CollectInterval is null || CollectInterval >= TimeSpan.FromMinutes(1), nameof(CollectInterval), CollectInterval,
                "null or at least one minute"),
            (MaxAge > TimeSpan.Zero, nameof(MaxAge), MaxAge, "more than zero"),
        ];
        string[] errors = [.. rules.Where(rule => !rule.Holds)
            .Select(rule => FormattableString.Invariant($"{rule.Name} is {rule.Value}; it must be {rule.Range}."))];
        return errors.Length == 0 ? this : throw new ArgumentException(string.Join(' ', errors));
    }
}
