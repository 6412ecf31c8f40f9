using System.Collections.Concurrent;
using Signals.Offline;
using Signals.Storage.Engine.Reading;
using Signals.Storage.Reads;

namespace Signals.Storage.Offline;

/// <summary>
/// The events of a store, at most a batch at a time: some users together, or a page of a user with many events. Each page is read
/// at one moment, like any read. Different pages are read at different moments, and users that appear later are not read. That is
/// enough for jobs whose results are merged in any order, and it holds nothing back. A single view for the whole scan would keep
/// every memtable and table of its time in use. Thread contract: that of <see cref="IOfflineInput"/>.
/// </summary>
internal sealed class StoreInput : IOfflineInput
{
    private const int MostUsers = 256;
    private const int FirstUsers = 8;

    private readonly SequenceReader _reader;
    private readonly SequenceQuery _query;
    private readonly int[] _columns; // per column of the query: its index in the event type
    private readonly int[] _outputs; // ordinals of the query
    private readonly int _batchEvents;
    private readonly long _fromMs;
    private readonly long _toMs;
    private readonly ConcurrentQueue<UserCursor> _unfinished = new();
    private readonly UserId[] _users;
    private int _next;
    private int _share; // rows to read of each user when several are read at once

    /// <summary>Prepares to read.</summary>
    /// <param name="reader">The store's reader.</param>
    /// <param name="schema">The store's schema.</param>
    /// <param name="eventType">The type to read.</param>
    /// <param name="columns">The columns that are needed.</param>
    /// <param name="missing">If not empty, only events in which one of these columns is absent are read.</param>
    /// <param name="options">Range of time and size of batches.</param>
    public StoreInput(
        SequenceReader reader,
        StoreSchema schema,
        EventTypeSchema eventType,
        IReadOnlyCollection<string> columns,
        IReadOnlyCollection<string> missing,
        OfflineOptions options)
    {
        _reader = reader;
        string[] names = [.. columns.Union(missing, StringComparer.Ordinal)];
        _query = new SequenceQueryBuilder(schema, [eventType.Name]).Columns(names).Build();
        _columns = [.. names.Select(eventType.IndexOf)];
        _outputs = [.. missing.Select(_query.OrdinalOf)];
        _batchEvents = options.BatchEvents;
        _share = Math.Max(1, options.BatchEvents / FirstUsers);
        (_fromMs, _toMs) = (options.FromMs, options.ToMs);
        _users = reader.UsersOf(eventType, options.FromMs, options.ToMs);
    }

    public (int Done, int All) Users => (Math.Min(Volatile.Read(ref _next), _users.Length), _users.Length);

    public ValueTask<int> FillAsync(EventBatch batch, CancellationToken cancellationToken)
    {
        int looked = 0;
        while (looked < _batchEvents)
        {
            cancellationToken.ThrowIfCancellationRequested();
            int room = _batchEvents - looked;
            if (_unfinished.TryDequeue(out UserCursor cursor))
            {
                looked += ReadOn(cursor, room, batch);
                continue;
            }

            int share = Volatile.Read(ref _share);
            if (looked > 0 && room < share)
            {
                break;
            }

            int count = Math.Clamp(room / share, 1, MostUsers);
            int first = Interlocked.Add(ref _next, count) - count;
            if ((uint)first >= (uint)_users.Length)
            {
                return ValueTask.FromResult(looked > 0 ? looked : -1);
            }

            looked += ReadGroup(_users.AsSpan(first, Math.Min(count, _users.Length - first)), Math.Min(share, room), batch);
        }

        return ValueTask.FromResult(looked);
    }

    // Reads each user's newest events. A user with more events than the share waits to be read alone, so a batch never exceeds
    // its limit.
    private int ReadGroup(ReadOnlySpan<UserId> users, int share, EventBatch batch)
    {
        using SequenceBatch read = _reader.ReadMany(users, _query, [new TypeLimits(_fromMs, _toMs, share)]);
        ReadOnlySpan<int> ends = read.Buffer.Ends.Span;
        for (int user = 0; user < users.Length; user++)
        {
            Copy(read.Buffer, users[user], ends[user], ends[user + 1], batch);
            Wait(UserCursor.After(users[user], read.Times[ends[user]..ends[user + 1]], share));
        }

        // The next share is twice the average of these users. A race between workers only loses an estimate.
        Volatile.Write(ref _share, (int)Math.Clamp(2L * read.Count / users.Length, 1, _batchEvents));
        return read.Count;
    }

    private int ReadOn(UserCursor cursor, int room, EventBatch batch)
    {
        using SequenceBatch read = cursor.Read(_reader, _query, _fromMs, room);
        int known = Math.Min(cursor.Ties, read.Count);
        Copy(read.Buffer, cursor.User, known, read.Count, batch);
        Wait(UserCursor.After(cursor.User, read.Times, room + cursor.Ties));
        return read.Count - known;
    }

    private void Wait(UserCursor? cursor)
    {
        if (cursor is { } unfinished)
        {
            _unfinished.Enqueue(unfinished);
        }
    }

    private void Copy(SequenceBuffer read, UserId user, int first, int end, EventBatch batch)
    {
        for (int row = first; row < end; row++)
        {
            if (IsWanted(read, row))
            {
                EventRow copy = batch.AddAny(user, read.Times[row], read.Ids[row]);
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
