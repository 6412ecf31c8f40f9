using System.Runtime.CompilerServices;

namespace Signals.Bench.Vectors;

/// <summary>A vector of 64 bytes.</summary>
[InlineArray(64)]
internal struct Vector64Bytes
{
    private byte _first;
}
