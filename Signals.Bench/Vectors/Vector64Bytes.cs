using System.Runtime.CompilerServices;

namespace Signals.Bench.Vectors;

/// <summary>64 bytes.</summary>
[InlineArray(64)]
internal struct Vector64Bytes
{
    private byte _first;
}
