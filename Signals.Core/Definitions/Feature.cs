namespace Signals.Core.Definitions;

/// <summary>What a tensor says of a row, in one or more elements. Immutable, equal by value.</summary>
public abstract record Feature
{
    private protected Feature()
    {
    }
}
