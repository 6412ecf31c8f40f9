namespace Signals.Enrichment;

/// <summary>A handle on a text or bytes input of one signature. It is used like <see cref="Input{T}"/>.</summary>
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
