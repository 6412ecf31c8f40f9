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

    public int Generation => Volatile.Read(ref _generation);

    public ReadOnlySpan<ColumnOutput> Columns => _columns.AsSpan(0, Query.Columns.Length);

    public void Begin(SequenceQuery query)
    {
        Query = query;
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

    /// <summary>Ends the lease of this generation; false when it had ended before.</summary>
    public bool TryEnd(int generation) => Interlocked.CompareExchange(ref _generation, generation + 1, generation) == generation;
}
