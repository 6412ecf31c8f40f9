namespace Signals.Maintenance;

/// <summary>A file of a checkpoint, or a blob in shared storage, as it was when it was read. Immutable.</summary>
/// <param name="Name">Its name in the folder or the target.</param>
/// <param name="Bytes">
/// The length of its content. A part in shared storage has a header of 16 bytes before it, which does not count.
/// </param>
/// <param name="Sha256">
/// The SHA-256 of its content, 64 lower-case hexadecimal digits. Empty for a temporary file in shared storage, whose content may be torn.
/// </param>
public sealed record CheckpointFile(string Name, long Bytes, string Sha256);
