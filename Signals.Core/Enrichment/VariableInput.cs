namespace Signals.Core.Enrichment;

/// <summary>A handle on a text or bytes input of one signature, as <see cref="Input{T}"/> is on one of fixed width.</summary>
public readonly struct VariableInput
{
    internal VariableInput(object owner, int ordinal)
    {
        Owner = owner;
        Ordinal = ordinal;
    }

    internal object? Owner { get; }

    internal int Ordinal { get; }
}
