namespace Signals.Core.Definitions.Tensors;

/// <summary>Describes a row of a tensor in one or more elements. Immutable, equal by value.</summary>
internal abstract record Feature
{
    private protected Feature()
    {
    }
}
