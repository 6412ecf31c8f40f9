using Signals.Core.Enrichment;

namespace Signals.Enrichment;

/// <summary>
/// Runs one step over batches of one event type and holds its results. Indexing, offline jobs and serving share this part, and it
/// is all that a test of a step needs.
/// </summary>
/// <remarks>
/// Thread contract: one thread at a time. One step may have any number of runs. Once a run has grown to the size of its batches
/// it allocates nothing.
/// </remarks>
public sealed class StepRunner
{
    private readonly int[] _inputColumns;
    private readonly EnrichmentBatch _batch;
    private bool[] _keep = [];

    /// <summary>Prepares to run a step over events of a type.</summary>
    /// <exception cref="EnrichmentMismatchException">
    /// The step's signature does not fit the event type in this placement. The exception lists every error.
    /// </exception>
    public StepRunner(IEnrichmentStep step, EventTypeSchema eventType, StepPhase phase)
    {
        ArgumentNullException.ThrowIfNull(step);
        ArgumentNullException.ThrowIfNull(eventType);
        Step = step;
        _inputColumns = step.Signature.Resolve(eventType, phase);
        _batch = new EnrichmentBatch(step.Signature, eventType);
    }

    /// <summary>The step that runs.</summary>
    public IEnrichmentStep Step { get; }

    /// <summary>The batch. A runner whose rows are not in an <see cref="EventBatch"/> begins and binds it itself.</summary>
    internal EnrichmentBatch Batch => _batch;

    /// <summary>For each input of the signature, its index in the event type's columns.</summary>
    internal ReadOnlySpan<int> InputColumns => _inputColumns;

    /// <summary>Runs an enricher over events.</summary>
    /// <returns>
    /// The same object each time, with the outputs filled. Valid until the next run and until <paramref name="events"/> changes.
    /// </returns>
    /// <exception cref="InvalidOperationException">The step is not an <see cref="IEnricher"/>.</exception>
    public EnrichmentBatch Enrich(EventBatch events)
    {
        Bind(events);
        Enrich();
        return _batch;
    }

    /// <summary>
    /// Runs an enricher of either kind over events. A step that implements both interfaces runs as a remote one.
    /// </summary>
    /// <inheritdoc cref="Enrich(EventBatch)"/>
    public async ValueTask<EnrichmentBatch> EnrichAsync(EventBatch events, CancellationToken cancellationToken = default)
    {
        Bind(events);
        await EnrichAsync(cancellationToken).ConfigureAwait(false);
        return _batch;
    }

    /// <summary>Runs a filter over events.</summary>
    /// <returns>True for each event to keep. Valid until the next run.</returns>
    /// <exception cref="InvalidOperationException">The step is not an <see cref="IEventFilter"/>.</exception>
    public ReadOnlySpan<bool> Filter(EventBatch events)
    {
        Bind(events);
        return Filter();
    }

    /// <summary>Runs an enricher over the rows that the batch is bound to. After an error every output is absent.</summary>
    internal void Enrich()
    {
        IEnricher enricher = Step as IEnricher ?? throw NotA(nameof(IEnricher));
        try
        {
            enricher.Enrich(_batch);
        }
        catch
        {
            Discard();
            throw;
        }

        Complete();
    }

    /// <summary>
    /// Runs an enricher of either kind over the rows that the batch is bound to. After an error every output is absent.
    /// </summary>
    internal async ValueTask EnrichAsync(CancellationToken cancellationToken)
    {
        if (Step is not IRemoteEnricher remote)
        {
            Enrich();
            return;
        }

        try
        {
            await remote.EnrichAsync(_batch, cancellationToken).ConfigureAwait(false);
        }
        catch
        {
            Discard();
            throw;
        }

        Complete();
    }

    /// <summary>Runs a filter over the rows that the batch is bound to.</summary>
    internal ReadOnlySpan<bool> Filter()
    {
        if (_keep.Length < _batch.Count)
        {
            _keep = new bool[Math.Max(_batch.Count, 2 * _keep.Length)];
        }

        Span<bool> keep = _keep.AsSpan(0, _batch.Count);
        keep.Fill(true);
        ((Step as IEventFilter) ?? throw NotA(nameof(IEventFilter))).Filter(_batch, keep);
        return keep;
    }

    private void Bind(EventBatch events)
    {
        ArgumentNullException.ThrowIfNull(events);
        if (!ReferenceEquals(events.EventType, _batch.EventType))
        {
            throw new ArgumentException(
                $"The events are of '{events.EventType.Name}' of another schema instance; " +
                "use the event type that this run was created with.",
                nameof(events));
        }

        events.Rows.FillAbsent();
        _batch.Begin(events.Rows.TimeMemory, events.Rows.IdMemory, events.UsersHighMemory, events.UsersLowMemory);
        for (int i = 0; i < _inputColumns.Length; i++)
        {
            _batch.Bind(i, events.Rows.Columns[_inputColumns[i]]);
        }
    }

    private void Complete()
    {
        foreach (OutputRows output in _batch.Outputs)
        {
            output.Complete();
        }
    }

    private void Discard()
    {
        foreach (OutputRows output in _batch.Outputs)
        {
            output.Discard();
        }
    }

    private InvalidOperationException NotA(string kind) => new($"{Step.Signature} is not an {kind}.");
}
