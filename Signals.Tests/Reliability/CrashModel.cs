namespace Signals.Tests.Reliability;

/// <summary>
/// What a store must answer after a prefix of entries, by the plain rules: one event per identity, columns merged, erased and
/// expired events hidden, the last N kept. Threads: one.
/// </summary>
internal sealed class CrashModel(int users, long nowMs)
{
    private readonly Dictionary<(int Type, int User), SortedDictionary<(long Time, ulong Id), CrashRow>> _rows = [];
    private readonly Dictionary<int, long> _erased = [];

    public void Apply(CrashEntry entry) => Apply(entry, entry.Events.Length);

    /// <summary>Applies the first events of an entry only.</summary>
    public void Apply(CrashEntry entry, int events)
    {
        if (entry.Type == CrashEntry.Erasure)
        {
            _erased[entry.ErasedUser] = Math.Max(entry.CutoffMs, _erased.GetValueOrDefault(entry.ErasedUser, long.MinValue));
            return;
        }

        if (entry.Segment is { } segment)
        {
            Array.ForEach(segment.Rows, row => RowOf(segment.Type, row.Event).Patch(row, segment.Stamp));
            return;
        }

        foreach (CrashEvent e in entry.Events.AsSpan(0, events))
        {
            RowOf(entry.Type, e).Stream(e);
        }
    }

    /// <summary>The answer of a store that holds exactly what was applied.</summary>
    public byte[] Content()
    {
        CrashContent content = new();
        for (int type = 0; type < CrashSchema.Names.Length; type++)
        {
            long oldest = type == CrashSchema.Tag ? nowMs - (long)CrashSchema.MaxAge.TotalMilliseconds : long.MinValue;
            int keep = type == CrashSchema.View ? CrashSchema.KeepLast : int.MaxValue;
            for (int user = 0; user < users; user++)
            {
                long erasedTo = _erased.GetValueOrDefault(user, long.MinValue);
                if (!_rows.TryGetValue((type, user), out SortedDictionary<(long Time, ulong Id), CrashRow>? rows))
                {
                    continue;
                }

                foreach (((long time, ulong id), CrashRow row) in rows
                    .Where(r => -r.Key.Time > erasedTo && -r.Key.Time >= oldest && r.Value.IsKnown).Take(keep).Where(r => r.Value.IsThere))
                {
                    content.Add(type, user, -time, id);
                    foreach (CrashValue column in row.Columns)
                    {
                        content.Add(column.State, column.Bytes);
                    }
                }
            }
        }

        return content.Bytes.ToArray();
    }

    private CrashRow RowOf(int type, CrashEvent e)
    {
        if (!_rows.TryGetValue((type, e.User), out SortedDictionary<(long Time, ulong Id), CrashRow>? rows))
        {
            _rows.Add((type, e.User), rows = []);
        }

        if (!rows.TryGetValue((-e.Time, e.Id), out CrashRow? row))
        {
            rows.Add((-e.Time, e.Id), row = new CrashRow(CrashSchema.ColumnCount(type)));
        }

        return row;
    }
}
