namespace Signals.Core.Enrichment;

/// <summary>A handle on a text or bytes output of one signature, as <see cref="Output{T}"/> is on one of fixed width.</summary>
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
