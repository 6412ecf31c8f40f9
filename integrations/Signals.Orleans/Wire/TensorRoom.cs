using Signals.Serving;

namespace Signals.Orleans.Wire;

/// <summary>Memory for one tensor of a batch. One thread.</summary>
internal abstract class TensorRoom
{
    /// <summary>The values, as bytes.</summary>
    public abstract ReadOnlySpan<byte> Bytes { get; }

    public int Length => Bytes.Length;

    /// <exception cref="ArgumentException">The element is unknown, or a length is out of bounds.</exception>
    public static TensorRoom Create(TensorShape shape, int users) => shape.Element switch
    {
        TensorElement.Float32 => new TensorRoom<float>(shape, users),
        TensorElement.Float16 => new TensorRoom<Half>(shape, users),
        TensorElement.Float64 => new TensorRoom<double>(shape, users),
        TensorElement.Int8 => new TensorRoom<sbyte>(shape, users),
        TensorElement.UInt8 => new TensorRoom<byte>(shape, users),
        TensorElement.Int16 => new TensorRoom<short>(shape, users),
        TensorElement.Int32 => new TensorRoom<int>(shape, users),
        TensorElement.Int64 => new TensorRoom<long>(shape, users),
        TensorElement.Boolean => new TensorRoom<bool>(shape, users),
        _ => throw new ArgumentException($"The tensor '{shape.Name}' has elements of the unknown kind {(byte)shape.Element}."),
    };

    /// <summary>The bytes of a tensor of so many users.</summary>
    /// <exception cref="ArgumentException">A length is out of bounds.</exception>
    public static long BytesOf(TensorShape shape, int users) =>
        shape.Rows is > 0 and <= ServedColumnsFormat.MaxRows && shape.Width is > 0 and <= ServedColumnsFormat.MaxRows
            ? checked((long)users * shape.Rows * shape.Width) * SizeOf(shape.Element)
            : throw new ArgumentException($"The tensor '{shape.Name}' has {shape.Rows} x {shape.Width} elements for each user.");

    public static int SizeOf(TensorElement element) => element switch
    {
        TensorElement.Float64 or TensorElement.Int64 => 8,
        TensorElement.Float32 or TensorElement.Int32 => 4,
        TensorElement.Float16 or TensorElement.Int16 => 2,
        _ => 1,
    };

    public abstract void BindTo(TensorSet set);
}
