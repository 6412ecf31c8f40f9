using Signals.Core.Definitions;

namespace Signals.Core.Registry;

/// <summary>A definition with the values of a request, and what runs it. Immutable when the plan is.</summary>
/// <typeparam name="TPlan">What a host compiles definitions to.</typeparam>
internal sealed class EffectiveDefinition<TPlan>
    where TPlan : class
{
    internal EffectiveDefinition(SequenceDefinition definition, TPlan plan)
    {
        Definition = definition;
        Plan = plan;
        ContentHash = definition.IsPortable ? definition.ComputeContentHash() : null;
    }

    /// <summary>The definition; its settings have the request's values.</summary>
    public SequenceDefinition Definition { get; }

    /// <summary>What runs it.</summary>
    public TPlan Plan { get; }

    /// <summary>Names its content, for receipts; <c>null</c> when it has a condition in the host's code.</summary>
    public UInt128? ContentHash { get; }
}
