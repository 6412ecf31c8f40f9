using Signals.Core.Definitions;

namespace Signals.Core.Serving;

/// <summary>Memory that a tensor is written into. The memory is the caller's.</summary>
internal abstract class BoundMemory
{
    /// <summary>The whole of it, as bytes.</summary>
    public abstract Span<byte> Bytes { get; }

    /// <exception cref="ArgumentException">Its elements or shape are not those of the tensor; the message names both.</exception>
    public abstract void Require(string name, TensorType type, int users, int rows, int width);
}
