using System.Runtime.InteropServices;
using System.Text;
using Signals.Core.Columns;
using Signals.Core.Serving;
using Signals.Core.Serving.Features;
using Signals.Definitions;
using Signals.Storage.DefinitionServing;

namespace Signals.Serving;

/// <summary>
/// One user's sequence as a definition makes it: contiguous columns under their names in the answer, where row i of every span
/// belongs to the same event, and the definition's tensors on request. It is a lease on pooled memory; dispose it when you no
/// longer need the spans.
/// </summary>
/// <remarks>
/// Thread contract: one thread at a time. After dispose every member throws <see cref="ObjectDisposedException"/>. Spans taken
/// before may show another answer's values, but stay valid memory. Copies of this value share the lease: dispose only one of
/// them.
/// </remarks>
public readonly struct ServedSequence : IDisposable, IEquatable<ServedSequence>
{
    private readonly ServedAnswer? _answer;
    private readonly int _generation;

    internal ServedSequence(ServedAnswer answer)
    {
        _answer = answer;
        _generation = answer.Generation;
    }

    private ServedSequence(ServedAnswer answer, int generation)
    {
        _answer = answer;
        _generation = generation;
    }

    /// <summary>The lease without its kind. <see cref="Of"/> makes the sequence again.</summary>
    public SequenceLease Lease => new(_answer, _generation);

    /// <summary>What the answer holds and what it lacks.</summary>
    public ServingStatus Status => Answer.Execution.StatusOf(0);

    /// <summary>The exception of the host's code, when the status says that a stage or an enrichment failed.</summary>
    public Exception? Error => Answer.Execution.Error;

    /// <summary>The definition that was read, all of it from one version.</summary>
    public SequenceDefinition Definition => Answer.Execution.Plan.Definition;

    /// <summary>The time of the read, from which windows and ages are counted, milliseconds since the Unix epoch, UTC.</summary>
    public long NowMs => Answer.Execution.Rows.NowMs;

    /// <summary>
    /// The receipt from which <see cref="SignalStore.Rebuild"/> can rebuild the sequence. It is computed at each call, in time
    /// proportional to the bytes of the sequence.
    /// </summary>
    /// <exception cref="InvalidOperationException">
    /// The read did not ask for it with <see cref="ReadOptions.WithReceipt"/>.
    /// </exception>
    public SequenceReceipt Receipt => Answer.Owner.Receipts.Make(Answer.Served, 0, Answer.Execution.StatusOf(0));

    /// <summary>How many events.</summary>
    public int Count => Answer.Count;

    /// <summary>Event times, milliseconds since the Unix epoch, UTC; <see cref="Count"/> of them.</summary>
    public ReadOnlySpan<long> Times => Answer.Times;

    /// <summary>Event ids; <see cref="Count"/> of them.</summary>
    public ReadOnlySpan<ulong> Ids => Answer.Ids;

    /// <summary>Ids of the events' types, as in <c>store.Schema</c>; <see cref="Count"/> of them.</summary>
    public ReadOnlySpan<ushort> EventTypes => Answer.EventTypes;

    /// <summary>The names of the columns of the answer, in the definition's order.</summary>
    public IReadOnlyList<string> ColumnNames => Answer.Execution.Plan.OutputNames;

    /// <summary>
    /// The shapes of the definition's tensors, in its order, then that of the mask if it has one; empty when it describes no tensors.
    /// </summary>
    public IReadOnlyList<TensorDescription> Tensors => Answer.Execution.Plan.TensorShapes;

    /// <summary>The user whose sequence it is.</summary>
    public UserId User => Answer.Execution.Rows.User(0);

    /// <summary>The event types that the definition reads.</summary>
    public ReadOnlySpan<EventTypeSchema> TypesRead => Answer.Execution.Plan.Types;

    internal ulong DefinitionHash => Answer.Owner.Receipts.DefinitionHash;

    internal IColumnRows Column(string name) => Answer.Column(name);

    internal uint Checksum => Answer.Owner.Receipts.Checksum(Answer.Execution, 0);

    internal ServedAnswer Answer
    {
        get
        {
            ObjectDisposedException.ThrowIf(_answer is null || _answer.Generation != _generation, typeof(ServedSequence));
            return _answer;
        }
    }

    /// <summary>The sequence of a lease.</summary>
    /// <param name="lease">The lease; the default one makes the default sequence.</param>
    /// <exception cref="ArgumentException">It is the lease of another kind of answer.</exception>
    public static ServedSequence Of(SequenceLease lease) =>
        lease.Owner is ServedAnswer answer ? new(answer, lease.Generation)
        : lease.Owner is null ? default
        : throw SequenceLease.IsNotOf(nameof(ServedSequence));

    /// <summary>The type of a column's values.</summary>
    /// <param name="column">The name in the answer.</param>
    /// <exception cref="ArgumentException">The definition has no such column.</exception>
    public ColumnType TypeOf(string column)
    {
        SequencePlan plan = Answer.Execution.Plan;
        return plan.Outputs[plan.OrdinalOfOutput(column)].Type;
    }

    /// <summary>The values of a scalar column, <see cref="Count"/> of them; 0 where the state is absent or null.</summary>
    /// <param name="column">The name in the answer.</param>
    /// <exception cref="ArgumentException">
    /// The definition has no such column, or its values are not of type <typeparamref name="T"/>.
    /// </exception>
    public ReadOnlySpan<T> Field<T>(string column)
        where T : unmanaged
    {
        IColumnRows rows = Answer.Column(column);
        return rows.Type.Accepts<T>() ? MemoryMarshal.Cast<byte, T>(rows.FixedRows) : throw Unfit(column, rows.Type, typeof(T).Name);
    }

    /// <summary>
    /// The components of a vector column: <see cref="Count"/> x dimensions, row after row; zeros where absent or null.
    /// </summary>
    /// <param name="column">The name in the answer.</param>
    /// <exception cref="ArgumentException">
    /// The definition has no such column, or its components are not of type <typeparamref name="T"/>.
    /// </exception>
    public ReadOnlySpan<T> Vector<T>(string column)
        where T : unmanaged
    {
        IColumnRows rows = Answer.Column(column);
        return rows.Type.AcceptsVector<T>()
            ? MemoryMarshal.Cast<byte, T>(rows.FixedRows)
            : throw Unfit(column, rows.Type, typeof(T).Name);
    }

    /// <summary>
    /// The bytes of a column of fixed width, vectors included, as they lie in memory (little-endian): <see cref="Count"/> x width of
    /// the column's type; zeros where absent or null. For code that copies columns of any kind.
    /// </summary>
    /// <exception cref="ArgumentException">The definition has no such column, or it is text or bytes.</exception>
    public ReadOnlySpan<byte> FixedBytes(string column)
    {
        IColumnRows rows = Answer.Column(column);
        return !rows.Type.IsVariable ? rows.FixedRows : throw Unfit(column, rows.Type, "values of fixed width");
    }

    /// <summary>The bytes of a text (UTF-8) or bytes column in one row; empty where absent or null.</summary>
    /// <exception cref="ArgumentException">The definition has no such column, or it is of fixed width.</exception>
    public ReadOnlySpan<byte> Bytes(string column, int row)
    {
        IColumnRows rows = Answer.Column(column);
        return rows.Type.IsVariable ? rows.GetValue(row) : throw Unfit(column, rows.Type, "text or bytes");
    }

    /// <summary>The text of a column in one row; null where the state is absent or null. Allocates the string.</summary>
    public string? Text(string column, int row) =>
        States(column)[row] == ColumnState.Value ? Encoding.UTF8.GetString(Bytes(column, row)) : null;

    /// <summary>
    /// The state of a column in each row: value, null or absent; <see cref="Count"/> of them. A default counts as a value.
    /// </summary>
    public ReadOnlySpan<ColumnState> States(string column) => MemoryMarshal.Cast<byte, ColumnState>(Answer.Column(column).RowStates);

    /// <summary>
    /// Writes one tensor of the definition for this sequence: <see cref="Count"/> x width elements, row after row, without
    /// padding.
    /// </summary>
    /// <typeparam name="T">The element of the tensor: float, Half, double, sbyte, byte, short, int, long or bool.</typeparam>
    /// <param name="tensor">The tensor's name.</param>
    /// <param name="destination">Where to write.</param>
    /// <returns>How many elements were written.</returns>
    /// <exception cref="ArgumentException">
    /// The definition has no such tensor, it has other elements, or the destination is too small.
    /// </exception>
    public int WriteTensor<T>(string tensor, Span<T> destination)
        where T : unmanaged
    {
        PlanExecution execution = Answer.Execution;
        TensorPlan plan = execution.Plan.FindTensor(tensor)
            ?? throw new ArgumentException($"The definition '{execution.Plan.Definition.Name}' has no tensor '{tensor}'.", nameof(tensor));
        int elements = Count * plan.Width;
        if (!TensorElement.Holds<T>(plan.Type) || destination.Length < elements)
        {
            throw new ArgumentException(
                $"The tensor '{tensor}' has {elements} elements of {plan.Type} here; "
                + $"the destination has room for {destination.Length} of {typeof(T).Name}.");
        }

        execution.Write(plan, 0, MemoryMarshal.AsBytes(destination[..elements]));
        return elements;
    }

    /// <summary>
    /// Writes one tensor of the definition, or its mask, as bytes (little-endian): <see cref="Count"/> x width elements, row after row,
    /// without padding. For code that copies tensors of any type.
    /// </summary>
    /// <param name="tensor">One of <see cref="Tensors"/>.</param>
    /// <param name="destination">Where to write.</param>
    /// <returns>How many bytes were written.</returns>
    /// <exception cref="ArgumentException">The definition has no such tensor, or the destination is too small.</exception>
    public int WriteTensorBytes(TensorDescription tensor, Span<byte> destination)
    {
        ArgumentNullException.ThrowIfNull(tensor);
        PlanExecution execution = Answer.Execution;
        if (!Tensors.Contains(tensor))
        {
            throw new ArgumentException(
                $"The definition '{execution.Plan.Definition.Name}' has no tensor '{tensor.Name}' of this shape.", nameof(tensor));
        }

        int bytes = Count * tensor.Width * TensorElement.Bytes(tensor.Type);
        if (destination.Length < bytes)
        {
            throw new ArgumentException(
                $"The tensor '{tensor.Name}' has {bytes} bytes here; the destination has room for {destination.Length}.",
                nameof(destination));
        }

        if (tensor.IsMask)
        {
            TensorElement.FillOnes(tensor.Type, destination[..bytes]);
        }
        else
        {
            execution.Write(execution.Plan.FindTensor(tensor.Name)!, 0, destination[..bytes]);
        }

        return bytes;
    }

    /// <summary>Whether the columns of an enrichment of the definition are missing from this answer.</summary>
    /// <param name="enricher">The enricher's name.</param>
    public bool IsMissing(string enricher)
    {
        PlanExecution execution = Answer.Execution;
        for (int i = 0; i < execution.Plan.Enrichments.Length; i++)
        {
            if (execution.Plan.Enrichments[i].Step.Signature.Name == enricher)
            {
                return execution.IsMissing(i);
            }
        }

        return false;
    }

    /// <summary>
    /// The newest event time of a type that had been indexed when the read began, in milliseconds since the Unix epoch;
    /// <see cref="long.MinValue"/> when there was none.
    /// </summary>
    /// <exception cref="ArgumentException">The definition does not read this event type.</exception>
    public long Watermark(string eventType)
    {
        EventTypeSchema[] types = Answer.Execution.Plan.Types;
        for (int slot = 0; slot < types.Length; slot++)
        {
            if (types[slot].IsCalled(eventType))
            {
                return Answer.Execution.Fetcher.WatermarkOf(slot);
            }
        }

        throw new ArgumentException($"The definition does not read the event type '{eventType}'.", nameof(eventType));
    }

    /// <summary>Ends the lease. A second call does nothing.</summary>
    public void Dispose()
    {
        if (_answer is not null && _answer.TryEnd(_generation))
        {
            _answer.Owner.Return(_answer);
        }
    }

    /// <summary>Whether both are the same lease.</summary>
    public bool Equals(ServedSequence other) => ReferenceEquals(_answer, other._answer) && _generation == other._generation;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is ServedSequence other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(_answer, _generation);

    /// <summary>Whether both are the same lease.</summary>
    public static bool operator ==(ServedSequence left, ServedSequence right) => left.Equals(right);

    /// <summary>Whether they are different leases.</summary>
    public static bool operator !=(ServedSequence left, ServedSequence right) => !left.Equals(right);

    private static ArgumentException Unfit(string column, ColumnType type, string asked) =>
        new($"The column '{column}' is {type}; it cannot be read as {asked}.");
}
