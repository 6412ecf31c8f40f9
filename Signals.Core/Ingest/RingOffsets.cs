using System.Runtime.InteropServices;

namespace Signals.Core.Ingest;

/// <summary>
/// The two ends of a <see cref="ByteRing"/>, each alone on its cache lines. Producers compete for <see cref="Tail"/>, the
/// consumer writes <see cref="Head"/>, and neither must slow the other down. The spacing is 128 bytes because processors fetch
/// adjacent lines in pairs.
/// </summary>
[StructLayout(LayoutKind.Explicit, Size = 3 * Spacing)]
internal struct RingOffsets
{
    public const int Spacing = 128;

    /// <summary>All bytes ever claimed, and the closed bit. Producers write it with compare-and-swap.</summary>
    [FieldOffset(Spacing)]
    public long Tail;

    /// <summary>All bytes ever released. Only the consumer writes it.</summary>
    [FieldOffset(2 * Spacing)]
    public long Head;
}
