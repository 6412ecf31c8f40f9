namespace Signals.Enrichment;

/// <summary>A handle on a text or bytes output of one signature. It is used like <see cref="Output{T}"/>.</summary>
public readonly struct VariableOutput
{
    internal VariableOutput(object owner, int ordinal)
    {
        Owner = owner;
        Ordinal = ordinal;
    }

    internal object? Owner { get; }

    internal int Ordinal { get; }
}
