using Signals.Core.Enrichment;
using Signals.Core.Model;
using Signals.Core.Schema;

namespace Signals.Storage.Reads;

/// <summary>
/// Runs an enricher or filter over sequences as they were read: the same step that runs at indexing and offline, on the answer's own columns,
/// without a copy of its inputs. The outputs lie in this object, which its owner keeps.
/// </summary>
/// <remarks>Thread contract: one thread at a time. Once grown to the size of the sequences a run allocates nothing.</remarks>
public sealed class SequenceEnricher
{
    private readonly SequenceQuery _query;
    private readonly EnrichmentRun _run;
    private readonly int[] _ordinals;

    /// <summary>Prepares to run a step over answers of a query, which is of one event type and asks for the step's inputs.</summary>
    /// <exception cref="EnrichmentMismatchException">It is not, or does not; every error is named.</exception>
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
        _run = new EnrichmentRun(step, type, EnrichmentPlacement.Serving);
        _ordinals = [.. signature.Inputs.Select(input => query.OrdinalOf(input.Name))];
    }

    /// <summary>Runs an enricher over a sequence.</summary>
    /// <param name="user">Whose sequence it is.</param>
    /// <param name="sequence">An answer to the query, not disposed; row i of the result is row i of it.</param>
    /// <returns>The same object each time, with the outputs filled; valid until the next run and while the sequence is.</returns>
    /// <exception cref="ArgumentException">The sequence answers another query.</exception>
    public EnrichmentBatch Enrich(UserId user, in Sequence sequence)
    {
        Bind(user, sequence);
        _run.Enrich();
        return _run.Batch;
    }

    /// <summary>As <see cref="Enrich"/>, for an enricher of either kind.</summary>
    public async ValueTask<EnrichmentBatch> EnrichAsync(UserId user, Sequence sequence, CancellationToken cancellationToken = default)
    {
        Bind(user, sequence);
        await _run.EnrichAsync(cancellationToken).ConfigureAwait(false);
        return _run.Batch;
    }

    /// <summary>Runs a filter over a sequence.</summary>
    /// <returns>True for each event to keep; valid until the next run.</returns>
    /// <exception cref="ArgumentException">The sequence answers another query.</exception>
    public ReadOnlySpan<bool> Filter(UserId user, in Sequence sequence)
    {
        Bind(user, sequence);
        return _run.Filter();
    }

    private void Bind(UserId user, in Sequence sequence)
    {
        SequenceBuffer buffer = sequence.Buffer;
        if (!ReferenceEquals(buffer.Query, _query))
        {
            throw new ArgumentException("The sequence answers another query than the one that was prepared for.", nameof(sequence));
        }

        _run.Batch.Begin(buffer.Times.Memory, buffer.Ids.Memory, user);
        for (int i = 0; i < _ordinals.Length; i++)
        {
            _run.Batch.Bind(i, buffer.Columns[_ordinals[i]]);
        }
    }
}
