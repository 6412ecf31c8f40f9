namespace Signals.Tests.Reliability;

/// <summary>
/// What a store must answer after a prefix of entries, by the plain rules: one event per identity, columns merged, erased and
/// expired events hidden, the last N kept. Threads: one.
/// </summary>
internal sealed class CrashModel(int users, long nowMs, CrashRule broken = CrashRule.None)
{
    private readonly Dictionary<(int Type, int User), SortedDictionary<(long Time, ulong Id), CrashRow>> _rows = [];
    private readonly Dictionary<int, long> _erased = [];

    public void Apply(CrashEntry entry) => Apply(entry, entry.Events.Length);

    /// <summary>Applies the first events of an entry only.</summary>
    public void Apply(CrashEntry entry, int events)
    {
        if (entry.Type == CrashEntry.Erasure)
        {
            if (broken == CrashRule.ErasureForgotten)
            {
                Forget(entry);
                return;
            }

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
            long oldest = type == CrashSchema.Tag && broken != CrashRule.AgeForgotten
                ? nowMs - (long)CrashSchema.MaxAge.TotalMilliseconds
                : long.MinValue;
            int keep = type == CrashSchema.View ? CrashSchema.KeepLast + (broken == CrashRule.OneTooMany ? 1 : 0) : int.MaxValue;
            for (int user = 0; user < users; user++)
            {
                long erasedTo = _erased.GetValueOrDefault(user, long.MinValue);
                if (!_rows.TryGetValue((type, user), out SortedDictionary<(long Time, ulong Id), CrashRow>? rows))
                {
                    continue;
                }

                foreach (((long time, ulong id), CrashRow row) in rows
                    .Where(r => (-r.Key.Time > erasedTo || (broken == CrashRule.ErasureLeavesPatched && r.Value.IsPatched))
                        && -r.Key.Time >= oldest && r.Value.IsKnown && (broken != CrashRule.RetractionFreesAPlace || r.Value.IsThere))
                    .Take(keep).Where(r => r.Value.IsThere))
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

    private void Forget(CrashEntry erasure)
    {
        foreach (((int _, int user), SortedDictionary<(long Time, ulong Id), CrashRow> rows) in _rows)
        {
            if (user == erasure.ErasedUser)
            {
                rows.Keys.Where(key => -key.Time <= erasure.CutoffMs).ToList().ForEach(key => rows.Remove(key));
            }
        }
    }

    private CrashRow RowOf(int type, CrashEvent e)
    {
        if (!_rows.TryGetValue((type, e.User), out SortedDictionary<(long Time, ulong Id), CrashRow>? rows))
        {
            _rows.Add((type, e.User), rows = []);
        }

        if (!rows.TryGetValue((-e.Time, e.Id), out CrashRow? row))
        {
            rows.Add((-e.Time, e.Id), row = new CrashRow(CrashSchema.ColumnCount(type), broken));
        }

        return row;
    }
}
