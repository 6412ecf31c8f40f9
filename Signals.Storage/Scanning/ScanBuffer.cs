using System.Diagnostics;
using Signals.Scanning;
using Signals.Storage.Primitives;
using Signals.Storage.Reads;

namespace Signals.Storage.Scanning;

/// <summary>The memory of one batch: keys, columns, users and runs of users. It is filled, finished, read, and used again.</summary>
/// <remarks>
/// Thread contract: one scan. Invariant: <see cref="Rows"/> has <see cref="Skip"/> rows more than the batch, at its front, once the rows
/// that were only noted have been copied.
/// </remarks>
internal sealed class ScanBuffer
{
    private readonly SequenceQuery _query;
    private readonly VariableRows[] _variable;

    /// <param name="query">One event type, newest first, with the columns of the scan.</param>
    public ScanBuffer(SequenceQuery query)
    {
        _query = query;
        Rows = new SequenceBuffer(new AgingPool<SequenceBuffer>(0), heads: null);
        _variable = [.. query.Columns.Select(_ => new VariableRows())];
        Rows.Begin(query, isLate: false);
    }

    /// <summary>Times, ids and columns, with what builds them.</summary>
    public SequenceBuffer Rows { get; }

    /// <summary>The user of each row.</summary>
    public PooledList<UserId> Users { get; } = new();

    /// <summary>The users, each with their rows.</summary>
    public PooledList<ScanRun> Runs { get; } = new();

    /// <summary>How many rows at the front of <see cref="Rows"/> were given before.</summary>
    public int Skip { get; set; }

    /// <summary>The number of rows, with those that are noted and not copied yet.</summary>
    public int Count => Users.Count;

    /// <summary>The times of the batch.</summary>
    public ReadOnlySpan<long> Times => Rows.Times.Span[Skip..];

    /// <summary>The ids of the batch.</summary>
    public ReadOnlySpan<ulong> Ids => Rows.Ids.Span[Skip..];

    /// <summary>A column, with the rows at its front that do not belong to the batch.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no such column.</exception>
    public ColumnOutput Column(int ordinal)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)ordinal, (uint)_variable.Length, nameof(ordinal));
        return Rows.Columns[ordinal];
    }

    /// <summary>How many of some rows have at most so many bytes, from one end; at least one.</summary>
    public int CountWithin(int first, int count, bool fromEnd, long bytes)
    {
        for (int taken = 0; taken < count && _query.HasVariable; taken++)
        {
            int row = fromEnd ? first + count - 1 - taken : first + taken;
            bytes -= _query.RowBytes;
            foreach (ColumnOutput column in Rows.Columns)
            {
                bytes -= column.Type.IsVariable ? column.Slots[row].Length : 0;
            }

            if (bytes < 0)
            {
                return Math.Max(1, taken);
            }
        }

        return count;
    }

    /// <summary>Begins a batch.</summary>
    public void Begin()
    {
        Rows.Begin(_query, isLate: false);
        Users.Clear();
        Runs.Clear();
        Skip = 0;
        foreach (VariableRows variable in _variable)
        {
            variable.Reset();
        }
    }

    /// <summary>Notes that the next rows, newest first, are of a user.</summary>
    public void AddRun(in UserId user, int rows)
    {
        Runs.Add(new ScanRun(user, Users.Count, rows));
        Users.Extend(rows).Fill(user);
    }

    /// <summary>Takes back rows that were added last.</summary>
    public void Truncate(int rows)
    {
        Rows.Times.Truncate(rows);
        Rows.Ids.Truncate(rows);
        Rows.EventTypes.Truncate(rows);
        foreach (ColumnOutput column in Rows.Columns)
        {
            column.Truncate(rows);
        }
    }

    /// <summary>Ends the batch: puts rows into the order of the scan, and the runs of a user together.</summary>
    /// <param name="isTurned">Whether the oldest row of each run comes first. Then later runs of a user have newer rows.</param>
    public void Finish(bool isTurned)
    {
        if (isTurned)
        {
            foreach (ref readonly ScanRun run in Runs.Span)
            {
                TurnRound(Skip + run.First, run.Count);
            }
        }

        Span<ScanRun> runs = Runs.Span;
        int kept = 0;
        for (int i = 0; i < runs.Length; i++)
        {
            if (kept > 0 && runs[kept - 1].User == runs[i].User)
            {
                runs[kept - 1] = runs[kept - 1] with { Count = runs[kept - 1].Count + runs[i].Count };
            }
            else
            {
                runs[kept++] = runs[i];
            }
        }

        Runs.Truncate(kept);
        AssertInvariants();
    }

    /// <summary>Offsets and bytes of a column of variable length.</summary>
    public VariableRows Variable(int ordinal)
    {
        VariableRows variable = _variable[ordinal];
        if (!variable.IsReady)
        {
            variable.Make(Rows.Columns[ordinal], Skip);
        }

        return variable;
    }

    private void TurnRound(int first, int rows)
    {
        Rows.Times.Span.Slice(first, rows).Reverse();
        Rows.Ids.Span.Slice(first, rows).Reverse();
        foreach (ColumnOutput column in Rows.Columns)
        {
            column.Reverse(first, rows);
        }
    }

    [Conditional("DEBUG")]
    private void AssertInvariants()
    {
        Debug.Assert(Rows.Times.Count - Skip == Users.Count, "The keys are not as many as the users.");
        Debug.Assert(Rows.Ids.Count == Rows.Times.Count, "The ids are not as many as the times.");
        foreach (ColumnOutput column in Rows.Columns)
        {
            Debug.Assert(column.States.Length == Rows.Times.Count, "A column has not as many rows as the batch.");
        }
    }
}
