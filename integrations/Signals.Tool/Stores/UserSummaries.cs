using Signals.Scanning;

namespace Signals.Tool.Stores;

/// <summary>
/// Goes through the users of several event types in order, which is that of scans, and adds up what each type has of a user.
/// </summary>
internal static class UserSummaries
{
    /// <summary>The users in order. Memory is one batch for each type.</summary>
    public static IEnumerable<UserSummary> Of(ReadOnlyStore store, EventTypeSchema[] types, CancellationToken cancellationToken)
    {
        List<Cursor> cursors = [];
        try
        {
            foreach (EventTypeSchema type in types)
            {
                cursors.Add(new Cursor(store.Scan(type.Name, new ScanOptions { Columns = [] }), cancellationToken));
            }

            cursors.ForEach(cursor => cursor.Next());
            while (cursors.Where(cursor => cursor.Current is not null).Select(cursor => cursor.Current!.Value.User) is var users
                && users.Any())
            {
                UserId user = users.Min();
                UserSummary sum = new(user, 0, long.MinValue);
                foreach (Cursor cursor in cursors.Where(cursor => cursor.Current?.User == user))
                {
                    UserSummary one = cursor.Current!.Value;
                    sum = new UserSummary(user, sum.Events + one.Events, Math.Max(sum.NewestMs, one.NewestMs));
                    cursor.Next();
                }

                yield return sum;
            }
        }
        finally
        {
            cursors.ForEach(cursor => cursor.Dispose());
        }
    }

    /// <summary>The users of one scan, one after the other. One thread; dispose it.</summary>
    private sealed class Cursor(EventScan scan, CancellationToken cancellationToken) : IDisposable
    {
        private readonly Queue<UserSummary> _ready = new();
        private UserSummary? _open;
        private bool _hasEnded;

        /// <summary>The user that stands here; null at the end.</summary>
        public UserSummary? Current { get; private set; }

        public void Next()
        {
            while (_ready.Count == 0 && !_hasEnded)
            {
                Fill();
            }

            Current = _ready.TryDequeue(out UserSummary user) ? user : null;
        }

        public void Dispose() => scan.Dispose();

        // The last user of a batch may go on in the next one.
        private void Fill()
        {
            if (!scan.TryNext(out ScanBatch batch, cancellationToken))
            {
                _hasEnded = true;
                Close();
                return;
            }

            foreach (ScanRun run in batch.Runs)
            {
                long newest = long.MinValue;
                foreach (long time in batch.Times.Slice(run.First, run.Count))
                {
                    newest = Math.Max(newest, time);
                }

                if (_open is { } open && open.User == run.User)
                {
                    _open = new UserSummary(run.User, open.Events + run.Count, Math.Max(open.NewestMs, newest));
                }
                else
                {
                    Close();
                    _open = new UserSummary(run.User, run.Count, newest);
                }
            }
        }

        private void Close()
        {
            if (_open is { } open)
            {
                _ready.Enqueue(open);
                _open = null;
            }
        }
    }
}
