using Signals.Enrichment;
using Signals.Offline;
using Signals.Storage.Engine.Reading;
using Signals.Storage.Reads;

namespace Signals.Storage.Offline;

/// <summary>Chooses each user's best events of one type and writes the difference from what another type holds now.</summary>
/// <remarks>
/// Lifetime: one run. Workers take groups of users. The first error ends all workers, and no file is left then.
/// </remarks>
internal sealed class SelectionJob
{
    private const int GroupUsers = 16;
    private const int PageRows = 4_096;

    private readonly SequenceReader _reader;
    private readonly SelectionOptions _options;
    private readonly EventTypeSchema _from;
    private readonly EventTypeSchema _into;
    private readonly SequenceQuery _candidates;
    private readonly SequenceQuery _held;
    private readonly int[] _copied; // ordinals of the candidates' query, by column of the target; -1 for a dropped one
    private readonly int[] _columns; // per column of the candidates' query: its index in their type
    private readonly int _score;
    private int _done;

    /// <exception cref="EnrichmentMismatchException">The options do not fit the schema; every error is named.</exception>
    public SelectionJob(SequenceReader reader, StoreSchema schema, SelectionOptions options)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(options.Best, 1, nameof(options.Best));
        _reader = reader;
        _options = options;
        _from = schema[options.From];
        _into = schema[options.Into];
        Validate(schema);
        string[] names = [.. _into.Columns.Where(c => !c.IsDropped).Select(c => c.Name)
            .Append(options.Score)
            .Concat(options.Filters.SelectMany(step => step.Signature.Inputs.Select(input => input.Name)))
            .Distinct(StringComparer.Ordinal)];
        _candidates = new SequenceQueryBuilder(schema, [_from.Name]).Columns(names).Build();
        _held = new SequenceQueryBuilder(schema, [_into.Name]).Columns().Build();
        _copied = [.. _into.Columns.Select(c => c.IsDropped ? -1 : _candidates.OrdinalOf(c.Name))];
        _columns = [.. _candidates.ColumnNames.Select(_from.IndexOf)];
        _score = _candidates.OrdinalOf(options.Score);
    }

    public async Task<OfflineResult> RunAsync(CancellationToken cancellationToken)
    {
        using OfflineOutput output = new(_options.SegmentPath, _into, _options.Segment);
        UserId[] users = [.. _reader.UsersOf(_from, long.MinValue, long.MaxValue)
            .Union(_reader.UsersOf(_into, long.MinValue, long.MaxValue)).Order()];
        ParallelOptions workers = new() { CancellationToken = cancellationToken, MaxDegreeOfParallelism = Environment.ProcessorCount };
        await Parallel.ForEachAsync(users.Chunk(GroupUsers), workers, (group, _) =>
        {
            BestRows best = new(_into, _copied, _options.Best);
            Array.ForEach(group, user => Choose(user, best, output));
            int done = Interlocked.Add(ref _done, group.Length);
            _options.Progress?.Report(new OfflineProgress(output.EventsRead, output.EventsWritten, done, users.Length));
            return ValueTask.CompletedTask;
        }).ConfigureAwait(false);
        return output.Finish();
    }

    private void Validate(StoreSchema schema)
    {
        List<string> errors = [];
        foreach (ColumnSchema column in _into.Columns.Where(c => !c.IsDropped))
        {
            int index = _from.IndexOf(column.Name);
            if (index < 0 || _from.Columns[index].Type != column.Type)
            {
                errors.Add($"'{_into.Name}.{column.Name}' ({column.Type}) has no column of the same name and type in '{_from.Name}'.");
            }
        }

        int score = _from.IndexOf(_options.Score);
        if (score < 0 || !ScoreColumn.IsNumber(_from.Columns[score].Type))
        {
            errors.Add($"'{_from.Name}' has no number column '{_options.Score}' to choose by.");
        }

        if (_into.KeepLast != int.MaxValue)
        {
            errors.Add(
                $"'{_into.Name}' keeps the last {_into.KeepLast}; "
                + "a selection is made by score, so declare its type without KeepLast.");
        }

        if (ReferenceEquals(_from, _into))
        {
            errors.Add($"'{_from.Name}' cannot be selected into itself; declare a type for the selection.");
        }

        foreach (IEventFilter filter in _options.Filters)
        {
            errors.AddRange(filter.Signature.Takes(_from.Name)
                ? filter.Signature.Check(schema, StepPhase.Offline)
                : [$"{filter.Signature.Name}: it takes {string.Join(", ", filter.Signature.EventTypes)}, not '{_from.Name}'."]);
        }

        if (errors.Count > 0)
        {
            throw new EnrichmentMismatchException(errors);
        }
    }

    private void Choose(UserId user, BestRows best, OfflineOutput output)
    {
        best.Clear();
        for (UserCursor? next = UserCursor.Start(user, long.MaxValue); next is { } cursor;)
        {
            using SequenceBatch page = cursor.Read(_reader, _candidates, long.MinValue, PageRows);
            int known = Math.Min(cursor.Ties, page.Count);
            output.CountRead(page.Count - known);
            Offer(user, page.Buffer, known, page.Count, best);
            next = UserCursor.After(user, page.Times, PageRows + cursor.Ties);
        }

        HashSet<(long, ulong)> chosen = [];
        lock (output.Gate)
        {
            best.WriteLocked(user, output, chosen);
        }

        Retract(user, chosen, output);
    }

    private void Offer(UserId user, SequenceBuffer page, int first, int end, BestRows best)
    {
        bool[] keep = Filter(user, page, first, end);
        ColumnOutput scores = page.Columns[_score];
        for (int row = first; row < end; row++)
        {
            if (keep[row - first] && scores.States[row] == (byte)ColumnState.Value)
            {
                best.Offer(ScoreColumn.Read(scores.Type, scores.Value(row)), user, page, row);
            }
        }
    }

    private bool[] Filter(UserId user, SequenceBuffer page, int first, int end)
    {
        bool[] keep = new bool[end - first];
        Array.Fill(keep, true);
        if (keep.Length == 0 || _options.Filters.Count == 0)
        {
            return keep;
        }

        EventBatch events = CopyAll(user, page, first, end);
        foreach (IEventFilter filter in _options.Filters)
        {
            ReadOnlySpan<bool> mask = new StepRunner(filter, _from, StepPhase.Offline).Filter(events);
            for (int row = 0; row < keep.Length; row++)
            {
                keep[row] &= mask[row];
            }
        }

        return keep;
    }

    private EventBatch CopyAll(UserId user, SequenceBuffer page, int first, int end)
    {
        EventBatch events = new(_from, end - first);
        for (int row = first; row < end; row++)
        {
            EventRow copy = events.AddAny(user, page.Times[row], page.Ids[row]);
            for (int i = 0; i < _columns.Length; i++)
            {
                copy.Copy(_columns[i], page.Columns[i], row);
            }
        }

        return events;
    }

    // Retracts the events that the target type holds and that were not chosen.
    private void Retract(UserId user, HashSet<(long, ulong)> chosen, OfflineOutput output)
    {
        for (UserCursor? next = UserCursor.Start(user, long.MaxValue); next is { } cursor;)
        {
            using SequenceBatch page = cursor.Read(_reader, _held, long.MinValue, PageRows);
            lock (output.Gate)
            {
                for (int row = Math.Min(cursor.Ties, page.Count); row < page.Count; row++)
                {
                    if (!chosen.Contains((page.Times[row], page.Ids[row])))
                    {
                        output.RetractLocked(user, page.Times[row], page.Ids[row]);
                    }
                }
            }

            next = UserCursor.After(user, page.Times, PageRows + cursor.Ties);
        }
    }
}
