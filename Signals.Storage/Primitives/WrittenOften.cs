using System.Runtime.InteropServices;

namespace Signals.Storage.Primitives;

/// <summary>
/// A number that one thread writes all the time, alone on its cache lines: whoever reads the fields beside it would otherwise wait for
/// the writer's core each time. The spacing is 128 bytes because processors fetch adjacent lines in pairs.
/// </summary>
/// <remarks>Thread contract: that of the field that holds it.</remarks>
[StructLayout(LayoutKind.Explicit, Size = 2 * Spacing)]
internal struct WrittenOften
{
    public const int Spacing = 128;

    [FieldOffset(Spacing)]
    public long Value;
}
