using System.Runtime.InteropServices;

namespace Signals.Core.Ingest;

/// <summary>
/// The two positions of a <see cref="ByteRing"/>, each alone on its cache lines: producers fight over <see cref="Tail"/>, the consumer
/// writes <see cref="Head"/>, and neither must slow the other. 128 bytes, because adjacent lines are fetched in pairs.
/// </summary>
[StructLayout(LayoutKind.Explicit, Size = 3 * Spacing)]
internal struct RingPositions
{
    public const int Spacing = 128;

    /// <summary>Bytes ever claimed, and the closed bit; written by producers with compare-and-swap.</summary>
    [FieldOffset(Spacing)]
    public long Tail;

    /// <summary>Bytes ever released; written by the consumer alone.</summary>
    [FieldOffset(2 * Spacing)]
    public long Head;
}
