using System.Runtime.InteropServices;

namespace Signals.Bench.Candidates;

/// <summary>Rows of one user and type in any order, of which the newest distinct ones become an answer. One thread; reused.</summary>
internal sealed class RowCollector
{
    private readonly List<PackedRow> _rows = new(4 * ICandidate.ReadRows);

    public int Count => _rows.Count;

    public void Clear() => _rows.Clear();

    public void Add(ReadOnlySpan<PackedRow> rows) => _rows.AddRange(rows);

    /// <summary>Sorts newest first and drops repetitions.</summary>
    public void Settle()
    {
        Span<PackedRow> rows = CollectionsMarshal.AsSpan(_rows);
        rows.Sort(PackedRow.Compare);
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

    /// <summary>Whether the settled rows hold a whole answer that no row up to <paramref name="newestUnread"/> could change.</summary>
    public bool IsWhole(long newestUnread) =>
        _rows.Count >= ICandidate.ReadRows && _rows[ICandidate.ReadRows - 1].Time > newestUnread;

    /// <summary>The settled rows, as many as an answer takes, none older than <paramref name="oldest"/>.</summary>
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
