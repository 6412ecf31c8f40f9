namespace Signals.Definitions;

/// <summary>Describes a row of a tensor in one or more elements. Immutable, equal by value.</summary>
public abstract record Feature
{
    private protected Feature()
    {
    }
}
