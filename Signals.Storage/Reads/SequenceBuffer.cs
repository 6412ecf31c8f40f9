using System.Runtime.CompilerServices;
using Signals.Offline;
using Signals.Storage.Heads;
using Signals.Storage.Primitives;

namespace Signals.Storage.Reads;

/// <summary>
/// The memory behind one answer, for one user or many: keys, columns, statuses, and the scratch memory that reads need.
/// </summary>
/// <remarks>
/// Thread contract: owned by one lease at a time. Lifetime: rented from an <see cref="AgingPool{T}"/>. A lease carries the
/// generation that it was rented with, so a disposed lease can be told from a live one.
/// </remarks>
internal sealed class SequenceBuffer : PooledObject
{
    private ColumnOutput[] _columns = [];
    private ColumnCells[] _cells = [];
    private Array?[] _copies = [];
    private int _generation;

    /// <param name="pool">Where it returns to.</param>
    /// <param name="heads">Answers what it can; null when there are no heads.</param>
    public SequenceBuffer(AgingPool<SequenceBuffer> pool, HeadCache? heads)
    {
        Pool = pool;
        Assembler = new SequenceAssembler(this, heads);
    }

    public AgingPool<SequenceBuffer> Pool { get; }

    public SequenceAssembler Assembler { get; }

    public SequenceQuery Query { get; private set; } = null!;

    public PooledList<long> Times { get; } = new();

    public PooledList<ulong> Ids { get; } = new();

    public PooledList<ushort> EventTypes { get; } = new();

    /// <summary>0, then where each user's rows end.</summary>
    public PooledList<int> Ends { get; } = new();

    public PooledList<SequenceStatus> Statuses { get; } = new();

    /// <summary>The watermark of each event type of the query, as it was when the read began.</summary>
    public PooledList<long> Watermarks { get; } = new();

    /// <summary>The completeness of each event type of the query, as it was when the read began.</summary>
    public PooledList<Completeness> Completeness { get; } = new();

    /// <summary>
    /// How many columns, from the first, reads gather at once. <see cref="Complete"/> gathers the others later.
    /// </summary>
    public int Early { get; private set; }

    /// <summary>The places of the rows whose late columns are still to be gathered.</summary>
    public LateRows Late { get; } = new();

    public override long HeldBytes => Times.HeldBytes + Ids.HeldBytes + EventTypes.HeldBytes + Ends.HeldBytes + Statuses.HeldBytes
        + ColumnOutput.HeldBytesOf(_columns) + Late.HeldBytes + Assembler.HeldBytes;

    public override long UsedBytes
    {
        get
        {
            long bytes = (long)Times.Count * Query.RowBytes;
            for (int i = 0; i < Query.Columns.Length && Query.HasVariable; i++)
            {
                bytes += Query.Columns[i].IsVariable ? _columns[i].Values.Length : 0;
            }

            return bytes;
        }
    }

    public int Generation => Volatile.Read(ref _generation);

    /// <summary>
    /// Whether the lease of this generation has not ended, for the one thread that may use it. A plain read, so that a loop over rows may
    /// keep in registers what nothing in it changes.
    /// </summary>
    public bool IsLive(int generation) => _generation == generation;

    public ReadOnlySpan<ColumnOutput> Columns => _columns.AsSpan(0, Query.Columns.Length);

    /// <summary>The user whose events the rows are, if they are read as events (<see cref="BeginEvents"/>).</summary>
    public UserId User { get; private set; }

    /// <summary>The memory of the columns, after <see cref="BeginEvents"/>, and room of earlier answers.</summary>
    public ColumnCells[] Cells => _cells;

    /// <param name="query">The query that is answered.</param>
    /// <param name="isLate">Whether late columns are gathered only after rows were chosen.</param>
    public void Begin(SequenceQuery query, bool isLate)
    {
        Query = query;
        Early = isLate ? query.Early : query.Columns.Length;
        Late.Clear();
        Times.Clear();
        Ids.Clear();
        EventTypes.Clear();
        Ends.Clear();
        Ends.Add(0);
        Statuses.Clear();
        Watermarks.Clear();
        Completeness.Clear();
        ColumnOutput.Reset(ref _columns, query.Columns);
    }

    /// <summary>Gathers the late columns of chosen rows.</summary>
    public void Complete(ReadOnlySpan<int> chosen)
    {
        if (Early < Query.Columns.Length)
        {
            Late.Gather(chosen, Times.Count, Columns, Early);
            Late.Clear();
        }
    }

    /// <summary>Prepares the finished answer of one user for being read row by row.</summary>
    // Not inlined, for the sake of the caller's loop over the rows.
    [MethodImpl(MethodImplOptions.NoInlining)]
    public void BeginEvents(in UserId user)
    {
        Array.Clear(_copies); // of a lease before, by whoever read on after its end
        User = user;
        ReadOnlySpan<ColumnOutput> columns = Columns;
        if (_cells.Length < columns.Length)
        {
            _cells = new ColumnCells[columns.Length];
        }

        for (int i = 0; i < columns.Length; i++)
        {
            ColumnCells cells = columns[i].Cells;
            if (!cells.IsSame(_cells[i])) // the same as in the answer before, nearly always, and writing it costs a barrier for each
            {
                _cells[i] = cells;
            }
        }
    }

    /// <summary>A copy of a vector column that outlives the lease. It is made once for each lease and column.</summary>
    public T[] CopyOf<T>(int column)
        where T : unmanaged
    {
        if (_copies.Length <= column)
        {
            Array.Resize(ref _copies, Query.Columns.Length);
        }

        if (_copies[column] is not T[] copy)
        {
            _copies[column] = copy = SequenceAccess.Vector<T>(this, column).ToArray();
        }

        return copy;
    }

    /// <summary>
    /// Ends the lease of this generation; returns false when it had ended before. Afterwards the buffer refers to nothing that
    /// was read.
    /// </summary>
    public bool TryEnd(int generation)
    {
        if (Interlocked.CompareExchange(ref _generation, generation + 1, generation) != generation)
        {
            return false;
        }

        Late.Clear();
        Array.Clear(_copies);
        return true;
    }
}
