namespace Signals.Checkpoints;

/// <summary>The content of <c>CURRENT</c> as it was read. Immutable.</summary>
/// <param name="Content">At most the first 1 KiB.</param>
/// <param name="Tag">What the target calls this content; another content has another tag (an ETag).</param>
public sealed record CurrentPointer(ReadOnlyMemory<byte> Content, string Tag);
