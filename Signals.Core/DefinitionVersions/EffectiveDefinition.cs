using Signals.Definitions;

namespace Signals.Core.DefinitionVersions;

/// <summary>A definition with the values of a request, and its plan. Immutable when the plan is.</summary>
/// <typeparam name="TPlan">The compiled form of a definition.</typeparam>
internal sealed class EffectiveDefinition<TPlan>
    where TPlan : class
{
    internal EffectiveDefinition(SequenceDefinition definition, TPlan plan)
    {
        Definition = definition;
        Plan = plan;
        ContentHash = definition.IsPortable ? definition.ComputeContentHash() : null;
    }

    /// <summary>The definition. Its settings have the values of the request.</summary>
    public SequenceDefinition Definition { get; }

    /// <summary>The compiled form of the definition.</summary>
    public TPlan Plan { get; }

    /// <summary>
    /// The hash that identifies the content, for receipts; <c>null</c> when there is a condition in the host's code.
    /// </summary>
    public UInt128? ContentHash { get; }
}
