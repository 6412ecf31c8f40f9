using Signals.Definitions;

namespace Signals.Core.DefinitionVersions;

/// <summary>What the code that registers a definition brings along. Immutable.</summary>
/// <typeparam name="TPlan">The compiled form of a definition.</typeparam>
/// <param name="Compile">Compiles the registered definition.</param>
/// <param name="CompileOthers">
/// Compiles other versions of the name that were stored earlier, with the same enrichers and without stages of the host's code.
/// </param>
/// <param name="HasOwnStages">Whether stages of the host's code replace the definition's own.</param>
internal sealed record RegistrationCode<TPlan>(
    Func<SequenceDefinition, TPlan> Compile, Func<SequenceDefinition, TPlan> CompileOthers, bool HasOwnStages)
    where TPlan : class;
