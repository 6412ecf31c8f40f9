using Signals.Core.Enrichment;
using Signals.Core.Schema;

namespace Signals.Enrichment;

/// <summary>
/// Collects a signature and hands out the handles through which a step reads and writes its columns. Used by one thread, until
/// <see cref="Build"/>.
/// </summary>
public sealed class EnrichmentSignatureBuilder
{
    private readonly string _name;
    private readonly int _version;
    private readonly List<string> _eventTypes = [];
    private readonly List<SignatureColumn> _inputs = [];
    private readonly List<SignatureColumn> _outputs = [];

    internal EnrichmentSignatureBuilder(string name, int version)
    {
        SchemaLimits.CheckName(name);
        ArgumentOutOfRangeException.ThrowIfLessThan(version, 1);
        _name = name;
        _version = version;
    }

    /// <summary>Adds event types that the step takes.</summary>
    /// <exception cref="ArgumentException">A name is malformed, or was used before.</exception>
    public EnrichmentSignatureBuilder On(params ReadOnlySpan<string> eventTypes)
    {
        foreach (string eventType in eventTypes)
        {
            SchemaLimits.CheckName(eventType);
            if (_eventTypes.Contains(eventType))
            {
                throw new ArgumentException($"Event type '{eventType}' is named twice.", nameof(eventTypes));
            }

            _eventTypes.Add(eventType);
        }

        return this;
    }

    /// <summary>Declares an input that is a number or boolean.</summary>
    /// <exception cref="ArgumentException">The name is malformed, or was used before.</exception>
    public EnrichmentSignatureBuilder Input<T>(string name, out Input<T> handle)
        where T : unmanaged
    {
        handle = new Input<T>(this, Add(_inputs, name, ColumnType.Scalar<T>()));
        return this;
    }

    /// <summary>Declares an input that is a vector of this many components.</summary>
    /// <exception cref="ArgumentException">The name is malformed or was used before, or no column holds such vectors.</exception>
    public EnrichmentSignatureBuilder InputVector<T>(string name, int dimensions, out Input<T> handle)
        where T : unmanaged
    {
        handle = new Input<T>(this, Add(_inputs, name, ColumnType.Vector<T>(dimensions)));
        return this;
    }

    /// <summary>Declares an input that is a text.</summary>
    /// <exception cref="ArgumentException">The name is malformed, or was used before.</exception>
    public EnrichmentSignatureBuilder InputText(string name, out VariableInput handle)
    {
        handle = new VariableInput(this, Add(_inputs, name, ColumnType.Text));
        return this;
    }

    /// <summary>Declares an input that is a byte string.</summary>
    /// <exception cref="ArgumentException">The name is malformed, or was used before.</exception>
    public EnrichmentSignatureBuilder InputBytes(string name, out VariableInput handle)
    {
        handle = new VariableInput(this, Add(_inputs, name, ColumnType.Bytes));
        return this;
    }

    /// <summary>Declares an output that is a number or boolean.</summary>
    /// <exception cref="ArgumentException">The name is malformed, or was used before.</exception>
    public EnrichmentSignatureBuilder Output<T>(string name, out Output<T> handle)
        where T : unmanaged
    {
        handle = new Output<T>(this, Add(_outputs, name, ColumnType.Scalar<T>()));
        return this;
    }

    /// <summary>Declares an output that is a vector of this many components.</summary>
    /// <exception cref="ArgumentException">The name is malformed or was used before, or no column holds such vectors.</exception>
    public EnrichmentSignatureBuilder OutputVector<T>(string name, int dimensions, out Output<T> handle)
        where T : unmanaged
    {
        handle = new Output<T>(this, Add(_outputs, name, ColumnType.Vector<T>(dimensions)));
        return this;
    }

    /// <summary>Declares an output that is a text.</summary>
    /// <exception cref="ArgumentException">The name is malformed, or was used before.</exception>
    public EnrichmentSignatureBuilder OutputText(string name, out VariableOutput handle)
    {
        handle = new VariableOutput(this, Add(_outputs, name, ColumnType.Text));
        return this;
    }

    /// <summary>Declares an output that is a byte string.</summary>
    /// <exception cref="ArgumentException">The name is malformed, or was used before.</exception>
    public EnrichmentSignatureBuilder OutputBytes(string name, out VariableOutput handle)
    {
        handle = new VariableOutput(this, Add(_outputs, name, ColumnType.Bytes));
        return this;
    }

    /// <summary>Completes the signature.</summary>
    /// <exception cref="InvalidOperationException">No event type was named.</exception>
    public EnrichmentSignature Build() => _eventTypes.Count > 0
        ? new EnrichmentSignature(this, _name, _version, _eventTypes, _inputs, _outputs)
        : throw new InvalidOperationException($"'{_name}' names no event type; say which ones it takes with {nameof(On)}.");

    internal EnrichmentSignatureBuilder AddInput(string name, ColumnType type)
    {
        Add(_inputs, name, type);
        return this;
    }

    internal EnrichmentSignatureBuilder AddOutput(string name, ColumnType type)
    {
        Add(_outputs, name, type);
        return this;
    }

    private int Add(List<SignatureColumn> columns, string name, ColumnType type)
    {
        SchemaLimits.CheckColumn(name, type, ColumnRole.Field);
        if (_inputs.Exists(c => c.Name == name) || _outputs.Exists(c => c.Name == name))
        {
            throw new ArgumentException($"Column '{name}' is named twice in '{_name}'.", nameof(name));
        }

        columns.Add(new SignatureColumn(name, type));
        return columns.Count - 1;
    }
}
