namespace Signals.Checkpoints;

/// <summary>A blob in a <see cref="CheckpointTarget"/>. Immutable.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Length">Its length in bytes.</param>
/// <param name="StoredAt">When it was stored, by the clock of the target.</param>
public sealed record StoredBlob(string Name, long Length, DateTimeOffset StoredAt);
