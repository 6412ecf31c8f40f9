using Signals.Core.Columns;
using Signals.Core.Ingest;
using Signals.Core.Model;
using Signals.Core.Schema;
using Signals.Storage.Engine;
using Signals.Storage.Reads;

namespace Signals.Storage.Offline;

/// <summary>
/// The events of a store, some users at a time. Each user is read whole at one moment, as any read is; users at different moments, and
/// users who come later not at all. That is enough for jobs whose results are merged in any order, and holds nothing back: a single view
/// for the whole scan would keep every memtable and table of its time from being freed.
/// </summary>
internal sealed class StoreSource : IOfflineSource
{
    private const int MostUsers = 256;

    private readonly SequenceReader _reader;
    private readonly SequenceQuery _query;
    private readonly int[] _columns; // of the event type, as the query has them
    private readonly int[] _outputs; // ordinals of the query
    private readonly int _batchEvents;
    private readonly UserId[] _users;
    private int _next;
    private int _groupUsers = 8;

    /// <summary>Prepares to read.</summary>
    /// <param name="reader">The store's reader.</param>
    /// <param name="schema">The store's schema.</param>
    /// <param name="eventType">The type to read.</param>
    /// <param name="columns">The columns that are needed.</param>
    /// <param name="missing">When not empty, only events that lack one of these columns.</param>
    /// <param name="options">Range of time and size of batches.</param>
    public StoreSource(
        SequenceReader reader, StoreSchema schema, EventTypeSchema eventType, IReadOnlyCollection<string> columns, IReadOnlyCollection<string> missing, OfflineOptions options)
    {
        _reader = reader;
        string[] names = [.. columns.Union(missing, StringComparer.Ordinal)];
        _query = new SequenceQueryBuilder(schema, [eventType.Name]).Between(options.FromMs, options.ToMs).Columns(names).Build();
        _columns = [.. names.Select(eventType.IndexOf)];
        _outputs = [.. missing.Select(_query.OrdinalOf)];
        _batchEvents = options.BatchEvents;
        _users = reader.UsersOf(eventType, options.FromMs, options.ToMs);
    }

    public (int Done, int All) Users => (Math.Min(Volatile.Read(ref _next), _users.Length), _users.Length);

    public ValueTask<int> FillAsync(EventBatch batch, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        int count = Volatile.Read(ref _groupUsers);
        int first = Interlocked.Add(ref _next, count) - count;
        if ((uint)first >= (uint)_users.Length)
        {
            return ValueTask.FromResult(-1);
        }

        ReadOnlySpan<UserId> users = _users.AsSpan(first, Math.Min(count, _users.Length - first));
        using SequenceBatch read = _reader.ReadMany(users, _query);
        Copy(read.Buffer, users, batch);

        // As many users next time as make about one batch, by what these had; a race between workers only loses a guess.
        long wanted = (long)_batchEvents * users.Length / Math.Max(1, read.Count);
        Volatile.Write(ref _groupUsers, (int)Math.Clamp(wanted, 1, MostUsers));
        return ValueTask.FromResult(read.Count);
    }

    private void Copy(SequenceBuffer read, ReadOnlySpan<UserId> users, EventBatch batch)
    {
        ReadOnlySpan<int> ends = read.Ends.Span;
        for (int user = 0; user < users.Length; user++)
        {
            for (int row = ends[user]; row < ends[user + 1]; row++)
            {
                if (!IsWanted(read, row))
                {
                    continue;
                }

                EventRow copy = batch.Add(users[user], read.Times[row], read.Ids[row]);
                for (int i = 0; i < _columns.Length; i++)
                {
                    copy.Copy(_columns[i], read.Columns[i], row);
                }
            }
        }
    }

    private bool IsWanted(SequenceBuffer read, int row)
    {
        foreach (int output in _outputs)
        {
            if (read.Columns[output].States[row] == (byte)ColumnState.Absent)
            {
                return true;
            }
        }

        return _outputs.Length == 0;
    }
}
