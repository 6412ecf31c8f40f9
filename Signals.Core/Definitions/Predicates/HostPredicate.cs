using System.Text.Json;
using Signals.Core.Definitions.Checks;
using Signals.Core.Definitions.Values;
using Signals.Definitions;

namespace Signals.Core.Definitions.Predicates;

/// <summary>
/// A condition in the host's code. Two are equal when they call the same delegate. It cannot be written as JSON.
/// </summary>
internal abstract record HostPredicate : Predicate
{
    private protected HostPredicate()
    {
    }

    /// <summary>The scalar column whose values are tested.</summary>
    public required string Column { get; init; }

    /// <summary>The type that the column must have.</summary>
    public abstract ColumnType Type { get; }

    internal override IEnumerable<string> Columns => [Column];

    internal override void WriteKeys(Utf8JsonWriter json) =>
        throw new InvalidOperationException("A condition in the host's code has no JSON; check that the definition is portable first.");

    internal override void CheckStructure(JsonPath path, ValueCheck values) => values.Name(path, Column);

    internal override void CheckSchema(JsonPath path, string? eventType, ConditionCheck schema)
    {
        if (schema.Column(path, Column, eventType) is { } type && type != Type)
        {
            schema.Error(path, $"the host's condition takes {Type}, but '{Column}' is {type}");
        }
    }

    internal override Predicate Substitute(ParameterSubstitution parameters) => this;

    /// <summary>Tests rows. An exception of the host's code is passed on to the caller.</summary>
    /// <param name="values">The column's values as the column stores them, one per row.</param>
    /// <param name="states">The state of each row.</param>
    /// <param name="results">Receives true or false for each row. It is as long as <paramref name="states"/>.</param>
    internal abstract void Evaluate(ReadOnlySpan<byte> values, ReadOnlySpan<ColumnState> states, Span<bool> results);
}
