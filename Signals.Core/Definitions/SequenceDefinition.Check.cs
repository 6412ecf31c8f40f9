namespace Signals.Core.Definitions;

/// <content>What is checked without a schema.</content>
public sealed partial record SequenceDefinition
{
    /// <summary>False when a condition is the host's code, which JSON cannot carry.</summary>
    public bool IsPortable => HostConditions.FindPath(this) is null;

    /// <summary>
    /// Checks what can be checked without a schema: names, bounds, parameters, rules. Building, parsing, writing and registering do it.
    /// </summary>
    /// <exception cref="DefinitionException">With every error.</exception>
    public void Check()
    {
        var errors = new DefinitionErrors();
        StructureCheck.Run(this, errors);
        errors.ThrowIfAny($"The definition '{JsonPath.Quoted(Name ?? "")}' is not valid");
    }
}
