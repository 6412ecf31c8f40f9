using Signals.Core.Columns;
using Signals.Core.Serving;
using Signals.Core.Serving.Rows;
using Signals.Storage.Primitives;

namespace Signals.Storage.DefinitionServing;

/// <summary>
/// The content of a <see cref="Signals.Serving.ServedSequence"/>: a run of a plan for one user, and its chosen rows as columns.
/// </summary>
/// <remarks>
/// Thread contract: owned by one lease at a time. Lifetime: rented from <see cref="ServedPlan"/>. A lease carries the generation
/// that it was rented with.
/// </remarks>
internal sealed class ServedAnswer : PooledObject
{
    private const int KeyBytes = sizeof(long) + sizeof(ulong) + sizeof(ushort);

    private readonly GatheredColumn[] _columns;
    private readonly bool[] _isGathered;
    private long[] _times = [];
    private ulong[] _ids = [];
    private ushort[] _eventTypes = [];
    private int _generation;

    public ServedAnswer(ServedPlan owner, ServedRun served)
    {
        Owner = owner;
        Served = served;
        _columns = Array.ConvertAll(served.Execution.Plan.Outputs, output => new GatheredColumn(output.Type));
        _isGathered = new bool[_columns.Length];
    }

    public ServedPlan Owner { get; }

    public ServedRun Served { get; }

    public PlanExecution Execution => Served.Execution;

    public override long HeldBytes
    {
        get
        {
            long bytes = Execution.HeldBytes + (KeyBytes * (long)_times.Length);
            foreach (GatheredColumn column in _columns)
            {
                bytes += column.HeldBytes;
            }

            return bytes;
        }
    }

    public override long UsedBytes => Execution.UsedBytes;

    public int Generation => Volatile.Read(ref _generation);

    public int Count { get; private set; }

    public ReadOnlySpan<long> Times => _times.AsSpan(0, Count);

    public ReadOnlySpan<ulong> Ids => _ids.AsSpan(0, Count);

    public ReadOnlySpan<ushort> EventTypes => _eventTypes.AsSpan(0, Count);

    /// <summary>Takes over the rows that the run chose.</summary>
    public void Begin()
    {
        ReadOnlySpan<int> chosen = Execution.ChosenOf(0);
        Count = chosen.Length;
        if (_times.Length < Count)
        {
            _times = new long[Count];
            _ids = new ulong[Count];
            _eventTypes = new ushort[Count];
        }

        Signals.Serving.RowSet rows = Execution.Rows;
        for (int i = 0; i < chosen.Length; i++)
        {
            _times[i] = rows.Times[chosen[i]];
            _ids[i] = rows.Ids[chosen[i]];
            _eventTypes[i] = rows.EventTypes[chosen[i]];
        }

        Array.Clear(_isGathered);
    }

    /// <summary>A column of the answer. It is gathered when it is first asked for.</summary>
    public IColumnRows Column(string name)
    {
        int index = Execution.Plan.OrdinalOfOutput(name);
        if (!_isGathered[index])
        {
            OutputPlan output = Execution.Plan.Outputs[index];
            _columns[index].Clear();
            _columns[index].Append(Execution.Rows.Column(output.Ordinal), Execution.ChosenOf(0), output.Default);
            _isGathered[index] = true;
        }

        return _columns[index];
    }

    /// <summary>Ends the lease of this generation; returns false when it had ended before.</summary>
    public bool TryEnd(int generation) => Interlocked.CompareExchange(ref _generation, generation + 1, generation) == generation;
}
