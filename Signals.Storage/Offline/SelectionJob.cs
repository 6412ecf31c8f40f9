using Signals.Core.Columns;
using Signals.Core.Enrichment;
using Signals.Core.Ingest;
using Signals.Core.Model;
using Signals.Core.Schema;
using Signals.Storage.Engine;
using Signals.Storage.Reads;

namespace Signals.Storage.Offline;

/// <summary>Chooses each user's best events of one type and writes the difference to what another type holds now.</summary>
/// <remarks>Lifetime: one run. Workers take groups of users; the first error ends all, and no file is left then.</remarks>
internal sealed class SelectionJob
{
    private const int GroupUsers = 16;

    private readonly SequenceReader _reader;
    private readonly SelectionOptions _options;
    private readonly EventTypeSchema _from;
    private readonly EventTypeSchema _into;
    private readonly SequenceQuery _candidates;
    private readonly SequenceQuery _held;
    private readonly int[] _copied; // ordinals of the candidates' query, by column of the target
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
        string[] names = [.. _into.Columns.Select(c => c.Name)
            .Append(options.Score)
            .Concat(options.Filters.SelectMany(step => step.Signature.Inputs.Select(input => input.Name)))
            .Distinct(StringComparer.Ordinal)];
        _candidates = new SequenceQueryBuilder(schema, [_from.Name]).Columns(names).Build();
        _held = new SequenceQueryBuilder(schema, [_into.Name]).Columns().Build();
        _copied = [.. _into.Columns.Select(c => _candidates.OrdinalOf(c.Name))];
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
            Choose(group, output);
            int done = Interlocked.Add(ref _done, group.Length);
            _options.Progress?.Report(new OfflineProgress(output.EventsRead, output.EventsWritten, done, users.Length));
            return ValueTask.CompletedTask;
        }).ConfigureAwait(false);
        return output.Finish();
    }

    private void Validate(StoreSchema schema)
    {
        List<string> errors = [];
        foreach (ColumnSchema column in _into.Columns)
        {
            int index = _from.IndexOf(column.Name);
            if (index < 0 || _from.Columns[index].Type != column.Type)
            {
                errors.Add($"'{_into.Name}.{column.Name}' ({column.Type}) has no equal in '{_from.Name}'.");
            }
        }

        int score = _from.IndexOf(_options.Score);
        if (score < 0 || !ScoreColumn.IsNumber(_from.Columns[score].Type))
        {
            errors.Add($"'{_from.Name}' has no number '{_options.Score}' to choose by.");
        }

        if (_into.KeepLast != int.MaxValue)
        {
            errors.Add($"'{_into.Name}' keeps the last {_into.KeepLast}; a selection goes by score, so its type must keep all.");
        }

        if (ReferenceEquals(_from, _into))
        {
            errors.Add($"'{_from.Name}' cannot be selected into itself; declare a type for the selection.");
        }

        foreach (IEventFilter filter in _options.Filters)
        {
            errors.AddRange(filter.Signature.Takes(_from.Name)
                ? filter.Signature.Check(schema, EnrichmentPlacement.Offline)
                : [$"{filter.Signature.Name}: it takes {string.Join(", ", filter.Signature.EventTypes)}, not '{_from.Name}'."]);
        }

        if (errors.Count > 0)
        {
            throw new EnrichmentMismatchException(errors);
        }
    }

    private void Choose(UserId[] users, OfflineOutput output)
    {
        using SequenceBatch candidates = _reader.ReadMany(users, _candidates);
        using SequenceBatch held = _reader.ReadMany(users, _held);
        bool[] keep = Filter(candidates.Buffer, users);
        output.CountRead(candidates.Count);
        for (int user = 0; user < users.Length; user++)
        {
            List<int> best = Best(candidates.Buffer, keep, candidates.Offsets[user], candidates.Offsets[user + 1]);
            lock (output.Gate)
            {
                WriteLocked(output, users[user], best, candidates.Buffer, held.Times[held.Offsets[user]..held.Offsets[user + 1]], held.Ids[held.Offsets[user]..]);
            }
        }
    }

    private bool[] Filter(SequenceBuffer candidates, UserId[] users)
    {
        bool[] keep = new bool[candidates.Times.Count];
        Array.Fill(keep, true);
        if (keep.Length == 0 || _options.Filters.Count == 0)
        {
            return keep;
        }

        EventBatch events = CopyAll(candidates, users);
        foreach (IEventFilter filter in _options.Filters)
        {
            ReadOnlySpan<bool> mask = new EnrichmentRun(filter, _from, EnrichmentPlacement.Offline).Filter(events);
            for (int row = 0; row < keep.Length; row++)
            {
                keep[row] &= mask[row];
            }
        }

        return keep;
    }

    private EventBatch CopyAll(SequenceBuffer candidates, UserId[] users)
    {
        EventBatch events = new(_from, candidates.Times.Count);
        int[] columns = [.. _candidates.ColumnNames.Select(_from.IndexOf)];
        for (int user = 0; user < users.Length; user++)
        {
            for (int row = candidates.Ends[user]; row < candidates.Ends[user + 1]; row++)
            {
                EventRow copy = events.Add(users[user], candidates.Times[row], candidates.Ids[row]);
                for (int i = 0; i < columns.Length; i++)
                {
                    copy.Copy(columns[i], candidates.Columns[i], row);
                }
            }
        }

        return events;
    }

    // Rows come newest first, so of equal scores the earlier row is the newer event.
    private List<int> Best(SequenceBuffer candidates, bool[] keep, int start, int end)
    {
        ColumnOutput scores = candidates.Columns[_score];
        List<(double Score, int Row)> ranked = [];
        for (int row = start; row < end; row++)
        {
            if (keep[row] && scores.States[row] == (byte)ColumnState.Value && ScoreColumn.Read(scores.Type, scores.Value(row)) is double score && !double.IsNaN(score))
            {
                ranked.Add((score, row));
            }
        }

        ranked.Sort((a, b) => a.Score != b.Score ? b.Score.CompareTo(a.Score) : a.Row.CompareTo(b.Row));
        return [.. ranked.Take(_options.Best).Select(entry => entry.Row)];
    }

    private void WriteLocked(
        OfflineOutput output, UserId user, List<int> best, SequenceBuffer candidates, ReadOnlySpan<long> heldTimes, ReadOnlySpan<ulong> heldIds)
    {
        HashSet<(long, ulong)> chosen = [];
        foreach (int row in best)
        {
            chosen.Add((candidates.Times[row], candidates.Ids[row]));
            EventRow written = output.InsertLocked(user, candidates.Times[row], candidates.Ids[row]);
            for (int i = 0; i < _copied.Length; i++)
            {
                if (candidates.Columns[_copied[i]].States[row] != (byte)ColumnState.Absent)
                {
                    written.Copy(i, candidates.Columns[_copied[i]], row);
                }
            }
        }

        for (int row = 0; row < heldTimes.Length; row++)
        {
            if (!chosen.Contains((heldTimes[row], heldIds[row])))
            {
                output.RetractLocked(user, heldTimes[row], heldIds[row]);
            }
        }
    }
}
