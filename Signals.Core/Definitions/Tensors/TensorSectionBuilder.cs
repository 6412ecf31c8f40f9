using Signals.Core.Definitions.Tensors;

namespace Signals.Definitions;

/// <summary>
/// Describes a model-ready answer. Without further calls it is padded on the right. Used by one thread, inside
/// <see cref="SequenceDefinitionBuilder.Tensors"/>.
/// </summary>
public sealed class TensorSectionBuilder
{
    private readonly List<TensorDefinition> _outputs = [];
    private TensorLayout _layout;
    private PaddingSide _padding;
    private TensorMask? _mask;

    internal TensorSectionBuilder()
    {
    }

    /// <summary>Pads every sequence to the definition's size.</summary>
    public TensorSectionBuilder Padded(PaddingSide side)
    {
        _layout = TensorLayout.Padded;
        _padding = side;
        return this;
    }

    /// <summary>Stores the rows of all sequences without gaps, with offsets.</summary>
    public TensorSectionBuilder Jagged()
    {
        _layout = TensorLayout.Jagged;
        _padding = PaddingSide.Right;
        return this;
    }

    /// <summary>Adds a mask to a padded answer.</summary>
    public TensorSectionBuilder Mask(string name, TensorType type = TensorType.Boolean)
    {
        _mask = new TensorMask { Name = name, Type = type };
        return this;
    }

    /// <summary>Adds a tensor.</summary>
    /// <param name="name">The tensor's name, which is the model's name for its input.</param>
    /// <param name="type">The type of its elements.</param>
    /// <param name="define">Adds its features.</param>
    public TensorSectionBuilder Output(string name, TensorType type, Action<TensorBuilder> define)
    {
        ArgumentNullException.ThrowIfNull(define);
        var builder = new TensorBuilder();
        define(builder);
        _outputs.Add(new TensorDefinition { Name = name, Type = type, Features = builder.Build() });
        return this;
    }

    internal TensorSection Build() => new() { Layout = _layout, Padding = _padding, Mask = _mask, Outputs = [.. _outputs] };
}
