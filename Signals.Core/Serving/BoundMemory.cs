using Signals.Definitions;

namespace Signals.Core.Serving;

/// <summary>Memory of the caller that a tensor is written into.</summary>
internal abstract class BoundMemory
{
    /// <summary>All of the memory, as bytes.</summary>
    public abstract Span<byte> Bytes { get; }

    /// <exception cref="ArgumentException">
    /// The type of the elements or the shape differs from the tensor's. The message names both.
    /// </exception>
    public abstract void Require(string name, TensorType type, int users, int rows, int width);
}
