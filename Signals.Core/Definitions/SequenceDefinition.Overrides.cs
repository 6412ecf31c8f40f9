using Signals.Core.Definitions;
using Signals.Core.Definitions.Checks;
using Signals.Core.Definitions.Values;

namespace Signals.Definitions;

/// <content>Overrides: values of a request in place of defaults.</content>
public sealed partial record SequenceDefinition
{
    /// <summary>
    /// The definition with other values for some of its parameters, as it applies to a request that overrides them. Without
    /// overrides it is this object itself.
    /// </summary>
    /// <exception cref="DefinitionException">
    /// A name is unknown or occurs twice, a value is out of the declared bounds, or the values contradict each other. The
    /// exception lists every error; errors of an override have paths that begin with <c>$.overrides</c>.
    /// </exception>
    public SequenceDefinition With(params ReadOnlySpan<ParameterOverride> overrides)
    {
        if (overrides.IsEmpty)
        {
            return this;
        }

        var errors = new DefinitionErrors();
        Parameter[] parameters = [.. Parameters];
        var seen = new HashSet<string>(StringComparer.Ordinal);
        for (int i = 0; i < overrides.Length; i++)
        {
            (string name, Literal value) = overrides[i];
            JsonPath path = JsonPath.Root["overrides"][i];
            int index = Array.FindIndex(parameters, parameter => parameter.Name == name);
            if (index < 0)
            {
                errors.Add(
                    path,
                    $"unknown parameter '{JsonPath.Quoted(name ?? "")}'; " +
                    $"declared are: {string.Join(", ", parameters.Select(p => p.Name))}");
            }
            else if (!seen.Add(parameters[index].Name))
            {
                errors.Add(path, $"the parameter '{name}' occurs twice");
            }
            else if (parameters[index].Refuse(value) is { } refusal)
            {
                errors.Add(path, refusal);
            }
            else
            {
                parameters[index] = parameters[index] with { Default = value };
            }
        }

        errors.ThrowIfAny($"The overrides do not fit the definition '{Name}'");
        SequenceDefinition effective = new ParameterSubstitution(parameters).Apply(this);
        effective.Check();
        return effective;
    }
}
