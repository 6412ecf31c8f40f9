namespace Signals.Checkpoints;

/// <summary>
/// Settings of checkpoints in shared storage. All machines that use one target must agree on <see cref="Grace"/>. Checked once,
/// by the constructor of what uses them.
/// </summary>
public sealed class CheckpointOptions
{
    /// <summary>
    /// Files are sent in parts of at most this many bytes: 4 KiB to 64 MiB, default 8 MiB. A change takes effect for new files.
    /// </summary>
    public int PartBytes { get; init; } = 8 << 20;

    /// <summary>
    /// How many parts are sent, fetched or deleted at the same time: 1 to 64, default 4. Each that is sent or fetched takes
    /// memory for one part.
    /// </summary>
    public int Parallelism { get; init; } = 4;

    /// <summary>
    /// How long a blob is safe from deletion after it was stored, and a checkpoint after it was replaced; at least one minute,
    /// default one day. An upload must be complete within half of it, a restoring within all of it. The clocks of all machines and
    /// of the target must agree to within a quarter of it.
    /// </summary>
    public TimeSpan Grace { get; init; } = TimeSpan.FromDays(1);

    /// <summary>How many of the newest checkpoints are kept: at least 1, default 3.</summary>
    public int RetainCount { get; init; } = 3;

    /// <summary>
    /// How long a checkpoint is kept at most after it was replaced, also within <see cref="RetainCount"/>; default 7 days. A
    /// <see cref="Grace"/> that is longer wins.
    /// </summary>
    public TimeSpan RetainAge { get; init; } = TimeSpan.FromDays(7);

    /// <summary>
    /// The folder in which a store's local checkpoint lies while it is sent. Null, the default, is the store's folder with
    /// <c>.upload</c> behind its name. On the same file system as the store it takes hard links instead of copies. It must not exist, or
    /// be empty, or be left by an upload; and it must not overlap the store's folder.
    /// </summary>
    public string? UploadFolder { get; init; }

    /// <summary>The clock.</summary>
    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;

    /// <exception cref="ArgumentException">Lists every setting that is out of range.</exception>
    internal CheckpointOptions Validate()
    {
        (bool Holds, string Name, object Value, string Range)[] rules =
        [
            (PartBytes is >= 4096 and <= Formats.CheckpointFormat.MaxPartBytes, nameof(PartBytes), PartBytes, "4,096 to 67,108,864"),
            (Parallelism is >= 1 and <= 64, nameof(Parallelism), Parallelism, "1 to 64"),
            (Grace >= TimeSpan.FromMinutes(1), nameof(Grace), Grace, "at least one minute"),
            (RetainCount >= 1, nameof(RetainCount), RetainCount, "at least 1"),
            (RetainAge >= TimeSpan.Zero, nameof(RetainAge), RetainAge, "not negative"),
        ];
        string[] errors = [.. rules.Where(rule => !rule.Holds)
            .Select(rule => FormattableString.Invariant($"{rule.Name} is {rule.Value}; it must be {rule.Range}."))];
        return errors.Length == 0 ? this : throw new ArgumentException(string.Join(' ', errors));
    }
}
