namespace Signals.Maintenance;

/// <summary>A file of a checkpoint, or a blob in shared storage, as it was when it was read. Immutable.</summary>
/// <param name="Name">Its name in the folder or the target.</param>
/// <param name="Bytes">Its length.</param>
/// <param name="Sha256">The SHA-256 of its content, 64 lower-case hexadecimal digits.</param>
public sealed record CheckpointFile(string Name, long Bytes, string Sha256);
