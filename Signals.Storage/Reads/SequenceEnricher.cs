using Signals.Storage.Reads;

namespace Signals.Enrichment;

/// <summary>
/// Runs an enricher or filter over sequences that were read. It is the same step that runs at indexing and offline, and works on
/// the answer's own columns without copying its inputs. The outputs are held in this object.
/// </summary>
/// <remarks>
/// Thread contract: one thread at a time. Once it has grown to the size of the sequences, a run allocates nothing.
/// </remarks>
public sealed class SequenceEnricher
{
    private readonly SequenceQuery _query;
    private readonly StepRunner _runner;
    private readonly int[] _ordinals;

    /// <summary>
    /// Prepares to run a step over answers of a query. The query must read one event type and the step's inputs.
    /// </summary>
    /// <exception cref="EnrichmentMismatchException">
    /// The query reads several event types or lacks an input; every error is named.
    /// </exception>
    public SequenceEnricher(IEnrichmentStep step, SequenceQuery query)
    {
        ArgumentNullException.ThrowIfNull(step);
        ArgumentNullException.ThrowIfNull(query);
        EnrichmentSignature signature = step.Signature;
        List<string> errors = [];
        if (query.Types.Length != 1)
        {
            errors.Add($"{signature.Name}: the query reads {query.Types.Length} event types; read them apart to enrich them.");
        }

        string[] missing = [.. signature.Inputs.Select(input => input.Name).Except(query.ColumnNames, StringComparer.Ordinal)];
        errors.AddRange(missing.Select(name => $"{signature.Name}: the query does not ask for its input '{name}'."));
        EventTypeSchema type = query.Types[0].EventType;
        if (errors.Count > 0)
        {
            throw new EnrichmentMismatchException(errors);
        }

        _query = query;
        _runner = new StepRunner(step, type, StepPhase.Serving);
        _ordinals = [.. signature.Inputs.Select(input => query.OrdinalOf(input.Name))];
    }

    /// <summary>Runs an enricher over a sequence.</summary>
    /// <param name="user">The user whose sequence it is.</param>
    /// <param name="sequence">An answer to the query, not disposed. Row i of the result belongs to row i of it.</param>
    /// <returns>
    /// The same object each time, with the outputs filled. It is valid until the next run, and only while the sequence is.
    /// </returns>
    /// <exception cref="ArgumentException">The sequence answers another query.</exception>
    public EnrichmentBatch Enrich(UserId user, in Sequence sequence)
    {
        Bind(user, sequence);
        _runner.Enrich();
        return _runner.Batch;
    }

    /// <summary>Like <see cref="Enrich"/>, for a local or a remote enricher.</summary>
    public async ValueTask<EnrichmentBatch> EnrichAsync(UserId user, Sequence sequence, CancellationToken cancellationToken = default)
    {
        Bind(user, sequence);
        await _runner.EnrichAsync(cancellationToken).ConfigureAwait(false);
        return _runner.Batch;
    }

    /// <summary>Runs a filter over a sequence.</summary>
    /// <returns>True for each event to keep; valid until the next run.</returns>
    /// <exception cref="ArgumentException">The sequence answers another query.</exception>
    public ReadOnlySpan<bool> Filter(UserId user, in Sequence sequence)
    {
        Bind(user, sequence);
        return _runner.Filter();
    }

    private void Bind(UserId user, in Sequence sequence)
    {
        SequenceBuffer buffer = sequence.Buffer;
        if (!ReferenceEquals(buffer.Query, _query))
        {
            throw new ArgumentException(
                "The sequence answers another query; enrich only answers of the query that this object was made for.",
                nameof(sequence));
        }

        _runner.Batch.Begin(buffer.Times.Memory, buffer.Ids.Memory, user);
        for (int i = 0; i < _ordinals.Length; i++)
        {
            _runner.Batch.Bind(i, buffer.Columns[_ordinals[i]]);
        }
    }
}
