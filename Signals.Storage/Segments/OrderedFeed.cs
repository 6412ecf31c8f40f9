using System.Runtime.CompilerServices;
using Signals.Core.Ingest;
using Signals.Core.Model;

namespace Signals.Storage.Segments;

/// <summary>
/// Decides whether rows go straight into <see cref="OrderedParts"/> or have to be sorted. A batch is written into the parts on another
/// thread while the next one is being filled, so writing a segment takes little more time than the slower of both.
/// </summary>
/// <remarks>
/// Thread contract: one thread calls. From <see cref="BeginAdding"/> to <see cref="EndAdding"/> the parts and the batch belong to the other
/// thread. Disposing waits for it, and gives up the parts.
/// </remarks>
/// <param name="sorter">Has the batch that is being filled, and takes the rows that do not come in order.</param>
/// <param name="limits">Null when every row is sorted.</param>
/// <param name="begin">Begins the parts with their first rows; returns null when these do not come in order.</param>
/// <param name="mostBytes">The most bytes of a batch that is written on another thread: two of them are in memory at once.</param>
internal sealed class OrderedFeed(
    SegmentSorter sorter, OrderedLimits? limits, Func<SegmentBatch, OrderedLimits, OrderedParts?> begin, long mostBytes) : IDisposable
{
    private bool _isOrdered = limits is not null;
    private SegmentBatch? _spare;
    private SegmentBatch? _batch;
    private Task<int>? _adding;

    /// <summary>The rows that came in order; null when there were none.</summary>
    public OrderedParts? Parts { get; private set; }

    /// <summary>Whether all rows so far came in order, but for the last ones, which are still in a batch.</summary>
    public bool IsOrdered => _isOrdered && Parts is not null;

    /// <summary>Bytes of the parts, and of the batch that is written into them. Waits for the other thread.</summary>
    public long HeldBytes
    {
        get
        {
            EndAdding();
            return (_spare?.HeldBytes ?? 0) + (Parts?.HeldBytes ?? 0);
        }
    }

    /// <summary>
    /// How many rows may be added after <see cref="MakeRoom"/> before it is called again, as far as the number of rows decides that.
    /// </summary>
    public int Room => Math.Min(
        BatchRecordFormat.MaxRows - sorter.Batch.Count, _isOrdered ? limits!.FirstRows - sorter.Batch.Count : int.MaxValue);

    /// <summary>Makes room for a row in the sorter's batch.</summary>
    [MethodImpl(Compile.InFull)]
    public void MakeRoom()
    {
        // Before the sorter takes the batch it is decided where the batch goes: what the sorter takes is sorted.
        bool isLong = _isOrdered && sorter.Batch.Count >= limits!.FirstRows;
        if (isLong || (IsOrdered && sorter.TakesBatch))
        {
            TakeBatch();
        }
        else if (sorter.TakesBatch)
        {
            _isOrdered = false;
        }

        sorter.MakeRoom();
    }

    /// <summary>Writes the last rows into the parts, if all rows came in order.</summary>
    public void Finish()
    {
        EndAdding();
        if (IsOrdered && sorter.Batch.Count > 0)
        {
            Add(Parts!, sorter.Batch);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        // Whoever disposes has thrown an error already, or gives the segment up: what the other thread met no longer matters.
        (_adding as Task)?.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing).GetAwaiter().GetResult();
        (_adding, _batch, _spare) = (null, null, null);
        Parts?.Dispose();
    }

    // Writes the rows of the batch without sorting them, if they come in order. The others stay in the batch.
    private void TakeBatch()
    {
        EndAdding();
        if (!_isOrdered)
        {
            return;
        }

        SegmentBatch batch = sorter.Batch;
        Parts ??= begin(batch, limits!);
        if (Parts is null)
        {
            _isOrdered = false;
        }
        else if (Environment.ProcessorCount > 1 && batch.UsedBytes <= mostBytes)
        {
            BeginAdding(Parts, batch);
        }
        else
        {
            Add(Parts, batch);
        }
    }

    private void BeginAdding(OrderedParts parts, SegmentBatch batch)
    {
        sorter.Exchange(_spare);
        (_spare, _batch) = (null, batch);
        _adding = Task.Run(() => parts.Add(batch));
    }

    // Throws what the other thread met.
    private void EndAdding()
    {
        if (_adding is null)
        {
            return;
        }

        SegmentBatch batch = _batch!;
        Task<int> adding = _adding;
        (_adding, _batch) = (null, null);
        Leave(batch, adding.GetAwaiter().GetResult());
        if (batch.Count == 0)
        {
            _spare = batch;
        }
        else
        {
            sorter.Add(batch);
        }

        GiveUpUnlessOrdered(Parts!, batch);
    }

    private void Add(OrderedParts parts, SegmentBatch batch)
    {
        Leave(batch, parts.Add(batch));
        GiveUpUnlessOrdered(parts, batch);
    }

    // Leaves in a batch the rows that the parts did not take.
    private static void Leave(SegmentBatch batch, int taken)
    {
        if (taken == batch.Count)
        {
            batch.Clear();
        }
        else
        {
            batch.Skip(taken);
        }
    }

    private void GiveUpUnlessOrdered(OrderedParts parts, SegmentBatch batch)
    {
        if (batch.Count > 0 || parts.IsFull)
        {
            _isOrdered = false;
            _spare = null;
            parts.GiveUp();
        }
    }
}
