namespace Signals.Core.Definitions;

/// <content>Values of a request in place of defaults.</content>
public sealed partial record SequenceDefinition
{
    /// <summary>
    /// The definition with other values for some of its parameters: what is effective for a request that overrides them. Without
    /// overrides, this object itself.
    /// </summary>
    /// <exception cref="DefinitionException">
    /// A name is unknown or there twice, a value is out of the declared bounds, or the values contradict each other. With every error; paths
    /// begin with <c>$.overrides</c>.
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
                errors.Add(path, $"no parameter '{JsonPath.Quoted(name ?? "")}'; declared are: {string.Join(", ", parameters.Select(p => p.Name))}");
            }
            else if (!seen.Add(parameters[index].Name))
            {
                errors.Add(path, $"the parameter '{name}' is there twice");
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
