using Signals.Storage.Primitives;
using Signals.Storage.Segments;

namespace Signals.Storage.Reads;

/// <summary>
/// The memory behind one answer, of one user or of many: keys, columns, statuses, and the scratch that made them.
/// </summary>
/// <remarks>
/// Thread contract: owned by one lease at a time. Lifetime: rented from <see cref="SequenceBufferPool"/>; a lease
/// carries the generation that it was rented with, so that a disposed lease is told from a live one.
/// </remarks>
internal sealed class SequenceBuffer
{
    private ColumnOutput[] _columns = [];
    private int _generation;

    public SequenceBuffer(SequenceBufferPool pool)
    {
        Pool = pool;
        Assembler = new SequenceAssembler(this);
    }

    public SequenceBufferPool Pool { get; }

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

    /// <summary>How many columns, from the first, reads gather at once; the others follow by <see cref="Complete"/>.</summary>
    public int Early { get; private set; }

    /// <summary>Where the rows lie whose late columns are to follow.</summary>
    public LateRows Late { get; } = new();

    public int Generation => Volatile.Read(ref _generation);

    public ReadOnlySpan<ColumnOutput> Columns => _columns.AsSpan(0, Query.Columns.Length);

    /// <param name="query">The question.</param>
    /// <param name="isLate">Whether late columns follow once rows are chosen.</param>
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
        }
    }

    /// <summary>Ends the lease of this generation; false when it had ended before.</summary>
    public bool TryEnd(int generation) => Interlocked.CompareExchange(ref _generation, generation + 1, generation) == generation;
}
