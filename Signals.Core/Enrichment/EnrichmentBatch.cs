using System.Diagnostics.CodeAnalysis;
using Signals.Core.Columns;
using Signals.Core.Enrichment;

namespace Signals.Enrichment;

/// <summary>
/// The view that a step has of events of one type: their keys, the input columns of its signature, and the output columns to
/// fill. Row i is the same event everywhere. Inputs stay where the runner has them; nothing is copied, boxed or looked up by
/// name.
/// </summary>
/// <remarks>
/// Thread contract: one thread at a time. Lifetime: a runner creates the batch and reuses it for the next events. A step must not
/// keep it, or any span of it, after the step returns.
/// </remarks>
public sealed class EnrichmentBatch
{
    private readonly IColumnRows?[] _inputs;
    private readonly OutputRows[] _outputs;
    private ReadOnlyMemory<long> _times;
    private ReadOnlyMemory<ulong> _ids;
    private ReadOnlyMemory<ulong> _usersHigh;
    private ReadOnlyMemory<ulong> _usersLow;
    private UserId _onlyUser;
    private bool _hasOneUser;

    internal EnrichmentBatch(EnrichmentSignature signature, EventTypeSchema eventType)
    {
        Signature = signature;
        EventType = eventType;
        _inputs = new IColumnRows?[signature.Inputs.Count];
        _outputs = new OutputRows[signature.Outputs.Count];
        for (int i = 0; i < _outputs.Length; i++)
        {
            _outputs[i] = new OutputRows(signature.OutputSpan[i].Type);
        }
    }

    /// <summary>The signature of the step that the batch was created for.</summary>
    public EnrichmentSignature Signature { get; }

    /// <summary>The type of every event in the batch.</summary>
    public EventTypeSchema EventType { get; }

    /// <summary>The number of events in the batch.</summary>
    public int Count { get; private set; }

    /// <summary>The event times, in milliseconds since the Unix epoch, UTC.</summary>
    public ReadOnlySpan<long> Times => _times.Span;

    /// <summary>The event ids.</summary>
    public ReadOnlySpan<ulong> Ids => _ids.Span;

    internal ReadOnlySpan<OutputRows> Outputs => _outputs;

    /// <summary>The user of the event in a row.</summary>
    public UserId UserOf(int row)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)row, (uint)Count, nameof(row));
        return _hasOneUser ? _onlyUser : new UserId(_usersHigh.Span[row], _usersLow.Span[row]);
    }

    /// <summary>The rows of a fixed-width input.</summary>
    /// <exception cref="ArgumentException">The handle belongs to another signature.</exception>
    public ColumnView<T> Read<T>(Input<T> input)
        where T : unmanaged => new(Own(input.Owner).InputRows(input.Ordinal));

    /// <summary>The rows of a text or bytes input.</summary>
    /// <exception cref="ArgumentException">The handle belongs to another signature.</exception>
    public VariableColumnView Read(VariableInput input) => new(Own(input.Owner).InputRows(input.Ordinal));

    /// <summary>The rows that the step has filled in. Read them after the step ran.</summary>
    /// <exception cref="ArgumentException">The handle belongs to another signature.</exception>
    public ColumnView<T> Read<T>(Output<T> output)
        where T : unmanaged => new(Own(output.Owner)._outputs[output.Ordinal]);

    /// <summary>The rows that the step has filled in. Read them after the step ran.</summary>
    /// <exception cref="ArgumentException">The handle belongs to another signature.</exception>
    public VariableColumnView Read(VariableOutput output) => new(Own(output.Owner)._outputs[output.Ordinal]);

    /// <summary>The rows of a fixed-width output, for the step to fill.</summary>
    /// <exception cref="ArgumentException">The handle belongs to another signature.</exception>
    public ColumnWriter<T> Write<T>(Output<T> output)
        where T : unmanaged => new(Own(output.Owner)._outputs[output.Ordinal]);

    /// <summary>The rows of a text or bytes output, for the step to fill.</summary>
    /// <exception cref="ArgumentException">The handle belongs to another signature.</exception>
    public VariableColumnWriter Write(VariableOutput output) => new(Own(output.Owner)._outputs[output.Ordinal]);

    /// <summary>Begins a batch of events of many users. All memories have the same length.</summary>
    internal void Begin(
        ReadOnlyMemory<long> times, ReadOnlyMemory<ulong> ids, ReadOnlyMemory<ulong> usersHigh, ReadOnlyMemory<ulong> usersLow)
    {
        _usersHigh = usersHigh;
        _usersLow = usersLow;
        _hasOneUser = false;
        Begin(times, ids);
    }

    /// <summary>Begins a batch of events of one user.</summary>
    internal void Begin(ReadOnlyMemory<long> times, ReadOnlyMemory<ulong> ids, UserId user)
    {
        _onlyUser = user;
        _hasOneUser = true;
        Begin(times, ids);
    }

    /// <summary>Binds the rows of an input: <see cref="Count"/> of them, of the declared type.</summary>
    internal void Bind(int input, IColumnRows rows)
    {
        if (rows.Type != Signature.InputSpan[input].Type || rows.RowStates.Length != Count)
        {
            throw new ArgumentException(
                $"Input {Signature.InputSpan[input]} of {Signature} has {Count} rows; " +
                $"bound were {rows.RowStates.Length} of {rows.Type}.");
        }

        _inputs[input] = rows;
    }

    internal IColumnRows InputRows(int input) =>
        _inputs[input] ?? throw new InvalidOperationException($"Input {Signature.InputSpan[input]} of {Signature} was not bound.");

    private void Begin(ReadOnlyMemory<long> times, ReadOnlyMemory<ulong> ids)
    {
        _times = times;
        _ids = ids;
        Count = times.Length;
        Array.Clear(_inputs);
        foreach (OutputRows output in _outputs)
        {
            output.Reset(Count);
        }
    }

    private EnrichmentBatch Own(object? owner)
    {
        if (!ReferenceEquals(owner, Signature.Owner))
        {
            ThrowForeign();
        }

        return this;
    }

    [DoesNotReturn]
    private void ThrowForeign() =>
        throw new ArgumentException($"The handle belongs to another signature than {Signature}.");
}
