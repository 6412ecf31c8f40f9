using Signals.Core.Ingest;
using Signals.Storage.Reads;

namespace Signals.Storage.Offline;

/// <summary>
/// The best rows of a user among those offered so far, copied into the columns of another event type. It holds at most twice as
/// many rows as are wanted.
/// </summary>
/// <remarks>
/// Thread contract: one thread. Rows are offered newest first; of equal scores the row offered first is better.
/// </remarks>
/// <param name="into">The type whose columns are kept.</param>
/// <param name="copied">For each of these columns, its ordinal in an offered row; -1 when it is not copied.</param>
/// <param name="most">How many rows are wanted.</param>
internal sealed class BestRows(EventTypeSchema into, int[] copied, int most)
{
    private readonly List<(double Score, int Row)> _ranked = [];
    private readonly int _room = (int)Math.Min(2L * most, BatchRecordFormat.MaxRows);
    private EventBatch _rows = new(into, capacity: 16);
    private EventBatch _spare = new(into, capacity: 16);
    private double _worst = double.NegativeInfinity;
    private bool _isTrimmed;

    /// <summary>Forgets all rows.</summary>
    public void Clear()
    {
        _ranked.Clear();
        _rows.Clear();
        _isTrimmed = false;
    }

    /// <summary>Takes a row if it may be among the best. A row whose score is NaN is never taken.</summary>
    public void Offer(double score, UserId user, SequenceBuffer page, int row)
    {
        if (double.IsNaN(score) || (_isTrimmed && score <= _worst))
        {
            return;
        }

        if (_rows.Count == _room)
        {
            Trim();
        }

        _ranked.Add((score, _rows.Count));
        EventRow copy = _rows.AddAny(user, page.Times[row], page.Ids[row]);
        for (int i = 0; i < copied.Length; i++)
        {
            if (copied[i] >= 0 && page.Columns[copied[i]].States[row] != (byte)ColumnState.Absent)
            {
                copy.Copy(i, page.Columns[copied[i]], row);
            }
        }
    }

    /// <summary>Inserts the best rows into the output and adds their identities to a set.</summary>
    public void WriteLocked(UserId user, OfflineOutput output, HashSet<(long TimeMs, ulong Id)> chosen)
    {
        Rank();
        _rows.Rows.FillAbsent();
        foreach ((_, int row) in _ranked)
        {
            (long time, ulong id) = (_rows.Rows.Times[row], _rows.Rows.Ids[row]);
            chosen.Add((time, id));
            EventRow written = output.InsertLocked(user, time, id);
            for (int i = 0; i < _rows.Rows.Columns.Length; i++)
            {
                if (_rows.Rows.Columns[i].GetState(row) != ColumnState.Absent)
                {
                    written.Copy(i, _rows.Rows.Columns[i], row);
                }
            }
        }
    }

    private void Rank()
    {
        _ranked.Sort((a, b) => a.Score != b.Score ? b.Score.CompareTo(a.Score) : a.Row.CompareTo(b.Row));
        _ranked.RemoveRange(Math.Min(most, _ranked.Count), Math.Max(0, _ranked.Count - most));
    }

    // Keeps the best rows, in the order in which they were offered.
    private void Trim()
    {
        Rank();
        (_worst, _isTrimmed) = (_ranked[^1].Score, _ranked.Count == most);
        _ranked.Sort((a, b) => a.Row.CompareTo(b.Row));
        _spare.Clear();
        for (int i = 0; i < _ranked.Count; i++)
        {
            _spare.Append(_rows, _ranked[i].Row, 1);
            _ranked[i] = (_ranked[i].Score, i);
        }

        (_rows, _spare) = (_spare, _rows);
    }
}
