using System.Collections.ObjectModel;
using Signals.Core.Enrichment;

namespace Signals.Enrichment;

/// <summary>
/// The declaration of an enricher or filter: its name and version, the event types that it takes, the columns that it reads and
/// the columns that it fills. Immutable and safe to share. Inputs and outputs are looked up by name once for each event type, and
/// used by position from then on.
/// </summary>
public sealed class EnrichmentSignature
{
    private readonly SignatureColumn[] _inputs;
    private readonly SignatureColumn[] _outputs;

    internal EnrichmentSignature(
        object owner, string name, int version, List<string> eventTypes, List<SignatureColumn> inputs, List<SignatureColumn> outputs)
    {
        Owner = owner;
        Name = name;
        Version = version;
        EventTypes = new ReadOnlyCollection<string>([.. eventTypes]);
        _inputs = [.. inputs];
        _outputs = [.. outputs];
        Inputs = Array.AsReadOnly(_inputs);
        Outputs = Array.AsReadOnly(_outputs);
    }

    /// <summary>The step's name: 1 to 128 of <c>a-z A-Z 0-9 _ . -</c>.</summary>
    public string Name { get; }

    /// <summary>The version, at least 1. It rises whenever the step's results change.</summary>
    public int Version { get; }

    /// <summary>The event types that the step takes. Each of its batches holds events of one of them.</summary>
    public IReadOnlyList<string> EventTypes { get; }

    /// <summary>The columns that the step reads.</summary>
    internal IReadOnlyList<SignatureColumn> Inputs { get; }

    /// <summary>The columns that the step fills; none for a filter.</summary>
    internal IReadOnlyList<SignatureColumn> Outputs { get; }

    /// <summary>The object that the handles of this signature carry, so that foreign handles are recognised.</summary>
    internal object Owner { get; }

    internal ReadOnlySpan<SignatureColumn> InputSpan => _inputs;

    internal ReadOnlySpan<SignatureColumn> OutputSpan => _outputs;

    /// <summary>Begins a signature.</summary>
    /// <exception cref="ArgumentException">The name is malformed, or the version is less than 1.</exception>
    public static EnrichmentSignatureBuilder Named(string name, int version) => new(name, version);

    /// <summary>Whether the step takes events of this type.</summary>
    public bool Takes(string eventType) => EventTypes.Contains(eventType, StringComparer.Ordinal);

    /// <summary>Whether the step takes events of this type of a store, which may have dropped another one of its name.</summary>
    internal bool Takes(EventTypeSchema eventType) => !eventType.IsDropped && Takes(eventType.Name);

    /// <summary>Compares the signature with a schema.</summary>
    /// <returns>Every error, one sentence each. Empty when the step can run with the schema.</returns>
    public IReadOnlyList<string> Check(StoreSchema schema, StepPhase phase)
    {
        ArgumentNullException.ThrowIfNull(schema);
        List<string> errors = [];
        foreach (string name in EventTypes)
        {
            if (!schema.TryGet(name, out EventTypeSchema? type))
            {
                errors.Add($"{Name}: the schema has no event type '{name}'{schema.WhyNot(name)}; it has: {schema.ListTypes()}.");
            }
            else if (type.Name != name)
            {
                errors.Add($"{Name}: the event type '{name}' is called '{type.Name}' in this schema; name it so in the signature.");
            }
            else
            {
                CheckType(type, phase, errors);
            }
        }

        return errors;
    }

    /// <summary>The name and version, in the form that messages use.</summary>
    public override string ToString() => $"{Name} v{Version}";

    /// <summary>Finds the inputs in an event type.</summary>
    /// <returns>For each input, its index in the event type's columns.</returns>
    internal int[] Resolve(EventTypeSchema eventType, StepPhase phase)
    {
        List<string> errors = [];
        if (!Takes(eventType.Name))
        {
            errors.Add($"{Name}: it takes {string.Join(", ", EventTypes)}, not '{eventType.Name}'.");
        }

        CheckType(eventType, phase, errors);
        return errors.Count == 0
            ? [.. _inputs.Select(input => eventType.IndexOf(input.Name))]
            : throw new EnrichmentMismatchException(errors);
    }

    private void CheckType(EventTypeSchema type, StepPhase phase, List<string> errors)
    {
        foreach (SignatureColumn input in _inputs)
        {
            ColumnSchema? column = Find(type, input, "input", errors);
            if (column is { Role: ColumnRole.Enrichment } && phase == StepPhase.Indexing)
            {
                errors.Add(
                    $"{Name}: input '{type.Name}.{input.Name}' is an enrichment, " +
                    "which an event does not have yet when it is indexed.");
            }
        }

        if (phase == StepPhase.Serving)
        {
            return;
        }

        foreach (SignatureColumn output in _outputs)
        {
            ColumnSchema? column = Find(type, output, "output", errors);
            if (column is { Role: ColumnRole.Field })
            {
                errors.Add(
                    $"{Name}: output '{type.Name}.{output.Name}' is a field, which arrives with the event; " +
                    "declare it as an enrichment.");
            }
        }
    }

    private ColumnSchema? Find(EventTypeSchema type, SignatureColumn wanted, string use, List<string> errors)
    {
        int index = type.IndexOf(wanted.Name);
        if (index < 0)
        {
            errors.Add($"{Name}: event type '{type.Name}' has no column '{wanted.Name}' for its {use}.");
            return null;
        }

        // Code names columns as they are called now. By a former name the same column would be two for the definitions that use both.
        ColumnSchema column = type.Columns[index];
        if (column.Name != wanted.Name)
        {
            errors.Add(
                $"{Name}: its {use} '{type.Name}.{wanted.Name}' is called '{column.Name}' in this schema; name it so in the signature.");
            return null;
        }

        if (column.Type != wanted.Type)
        {
            errors.Add($"{Name}: its {use} '{type.Name}.{wanted.Name}' is {wanted.Type}, but {column.Type} in the schema.");
        }

        return column;
    }
}
