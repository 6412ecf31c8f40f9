using Signals.Core.Definitions.Tensors;
using Signals.Core.Serving.Rows;
using Signals.Definitions;
using Signals.Serving;

namespace Signals.Core.Serving.Features;

/// <summary>One tensor: the kernels of its features, each with its place in a row.</summary>
/// <remarks>Thread contract: immutable; any thread.</remarks>
internal sealed class TensorPlan
{
    private readonly FeatureKernel[] _kernels;

    public TensorPlan(TensorDefinition tensor, SequenceDefinition definition, EventTypeSchema[] types, RowLayout layout)
    {
        Name = tensor.Name;
        Type = tensor.Type;
        _kernels = tensor.Type switch
        {
            TensorType.Float32 => Compile(new NumberElements<float>()),
            TensorType.Float16 => Compile(new NumberElements<Half>()),
            TensorType.Float64 => Compile(new NumberElements<double>()),
            TensorType.Int8 => Compile(new NumberElements<sbyte>()),
            TensorType.UInt8 => Compile(new NumberElements<byte>()),
            TensorType.Int16 => Compile(new NumberElements<short>()),
            TensorType.Int32 => Compile(new NumberElements<int>()),
            TensorType.Int64 => Compile(new NumberElements<long>()),
            _ => Compile(new BooleanElements()),
        };
        Width = _kernels.Sum(kernel => kernel.Elements);
        RowBytes = _kernels.Sum(kernel => kernel.RowBytes);

        FeatureKernel[] Compile<T>(ElementFactory<T> elements)
            where T : unmanaged
        {
            FeatureCompiler<T> compiler = new(layout, definition, types, elements);
            return [.. tensor.Features.Select(compiler.Compile)];
        }
    }

    public string Name { get; }

    public TensorType Type { get; }

    /// <summary>The number of elements of a row.</summary>
    public int Width { get; }

    public int RowBytes { get; }

    /// <summary>Writes chosen rows without gaps between them.</summary>
    public void Write(RowSet rows, ReadOnlySpan<int> chosen, Span<byte> destination)
    {
        if (chosen.IsEmpty)
        {
            return;
        }

        int offset = 0;
        foreach (FeatureKernel kernel in _kernels)
        {
            kernel.Write(rows, chosen, destination[offset..], RowBytes);
            offset += kernel.RowBytes;
        }
    }
}
