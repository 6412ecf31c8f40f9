using System.Runtime.InteropServices;

namespace Signals.Bench.Candidates;

/// <summary>
/// Collects rows of one user and type in any order; the newest distinct ones become an answer. Used by one thread; reused.
/// </summary>
internal sealed class RowCollector
{
    private const int MovesPerRow = 8;

    private readonly List<PackedRow> _rows = new(4 * ICandidate.ReadRows);

    public int Count => _rows.Count;

    public void Clear() => _rows.Clear();

    /// <summary>
    /// Adds rows in the order of their arrival. They must have arrived later than all rows that are added after them.
    /// </summary>
    public void Add(ReadOnlySpan<PackedRow> rows)
    {
        int before = _rows.Count;
        _rows.AddRange(rows);
        CollectionsMarshal.AsSpan(_rows)[before..].Reverse();
    }

    /// <summary>Adds one row, which comes after all others.</summary>
    public void Add(in PackedRow row) => _rows.Add(row);

    /// <summary>Sorts the rows newest first and removes repetitions.</summary>
    public void Settle()
    {
        Span<PackedRow> rows = CollectionsMarshal.AsSpan(_rows);
        Sort(rows);
        int kept = 0;
        for (int i = 0; i < rows.Length; i++)
        {
            if (kept == 0 || rows[i].Id != rows[kept - 1].Id || rows[i].Time != rows[kept - 1].Time)
            {
                rows[kept++] = rows[i];
            }
        }

        _rows.RemoveRange(kept, _rows.Count - kept);
    }

    /// <summary>Sorts by insertion, because few rows are late. When many are late, a general sort takes over.</summary>
    private static void Sort(Span<PackedRow> rows)
    {
        long moves = (long)MovesPerRow * rows.Length;
        for (int i = 1; i < rows.Length && moves >= 0; i++)
        {
            PackedRow row = rows[i];
            int place = i;
            for (; place > 0 && PackedRow.Compare(row, rows[place - 1]) < 0; place--)
            {
                rows[place] = rows[place - 1];
            }

            rows[place] = row;
            moves -= i - place;
        }

        if (moves < 0)
        {
            rows.Sort(PackedRow.Compare);
        }
    }

    /// <summary>
    /// Whether the settled rows hold a complete answer that no row up to <paramref name="newestUnread"/> can change.
    /// </summary>
    public bool IsWhole(long newestUnread) =>
        _rows.Count >= ICandidate.ReadRows && _rows[ICandidate.ReadRows - 1].Time > newestUnread;

    /// <summary>Copies the settled rows, as many as an answer takes and none older than <paramref name="oldest"/>.</summary>
    public void CopyTo(Answer answer, byte type, long oldest)
    {
        int count = 0;
        while (count < Math.Min(_rows.Count, ICandidate.ReadRows) && _rows[count].Time >= oldest)
        {
            _rows[count].CopyTo(answer, count, type);
            count++;
        }

        answer.Count = count;
    }
}
