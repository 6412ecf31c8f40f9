using System.Runtime.CompilerServices;

namespace Signals.Bench.Vectors;

/// <summary>A vector of 128 bytes.</summary>
[InlineArray(128)]
internal struct Vector128Bytes
{
    private byte _first;
}
