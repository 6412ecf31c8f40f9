using System.Numerics.Tensors;
using System.Runtime.InteropServices;
using Signals.Core.Schema;

namespace Signals.Core.Serving;

/// <summary>
/// Memory of the caller that a batch of sequences is written into, by the names of the tensors, and what each user's answer was. Bind once,
/// read into it again and again.
/// </summary>
/// <remarks>
/// Thread contract: one thread at a time. Padded memory holds <c>B x N x width</c> elements, N the definition's size; jagged memory holds
/// as many rows as the answers have, at most <c>B x N</c>, and the offsets <c>B + 1</c>. A tensor that is not bound is not computed. The
/// memory stays the caller's; every place in the first B sequences is written by a read.
/// </remarks>
public sealed class TensorSet
{
    private readonly Dictionary<string, BoundMemory> _bound = new(StringComparer.Ordinal);
    private readonly List<ServingStatus> _statuses = [];
    private readonly List<int> _lengths = [];
    private readonly List<SequenceReceipt> _receipts = [];
    private readonly List<long> _watermarks = [];
    private EventTypeSchema[] _types = [];
    private Memory<int> _offsets;

    /// <summary>How many users the last read was for.</summary>
    public int UserCount => _statuses.Count;

    /// <summary>What each user's answer is, in the order they were asked for.</summary>
    public ReadOnlySpan<ServingStatus> Statuses => CollectionsMarshal.AsSpan(_statuses);

    /// <summary>How many rows each user's sequence has.</summary>
    public ReadOnlySpan<int> Lengths => CollectionsMarshal.AsSpan(_lengths);

    /// <summary>The receipt of each user's sequence, when the read asked for receipts; empty otherwise.</summary>
    public ReadOnlySpan<SequenceReceipt> Receipts => CollectionsMarshal.AsSpan(_receipts);

    internal Memory<int> Offsets => _offsets;

    /// <summary>Binds memory to a tensor, or to the mask.</summary>
    /// <typeparam name="T">The element of the tensor: float, Half, double, sbyte, byte, short, int, long or bool.</typeparam>
    /// <param name="tensor">The name in the definition.</param>
    /// <param name="memory">Where the tensor goes, from its first element on.</param>
    public TensorSet Bind<T>(string tensor, Memory<T> memory)
        where T : unmanaged
    {
        ArgumentNullException.ThrowIfNull(tensor);
        _bound[tensor] = new BoundMemory<T>(memory, null);
        return this;
    }

    /// <summary>Binds a tensor of the base library to a tensor of the definition, or to the mask.</summary>
    /// <typeparam name="T">As in <see cref="Bind{T}"/>.</typeparam>
    /// <param name="tensor">The name in the definition.</param>
    /// <param name="destination">A dense tensor; its first length is at least the number of users, the others are N and the width.</param>
    public TensorSet BindTensor<T>(string tensor, Tensor<T> destination)
        where T : unmanaged
    {
        ArgumentNullException.ThrowIfNull(tensor);
        ArgumentNullException.ThrowIfNull(destination);
        if (!destination.IsDense)
        {
            throw new ArgumentException($"The memory of '{tensor}' has gaps; bind a dense tensor.", nameof(destination));
        }

        _bound[tensor] = new BoundMemory<T>(default, destination);
        return this;
    }

    /// <summary>Binds the offsets of a jagged answer: where each user's rows begin, and as a last one where they all end.</summary>
    public TensorSet BindOffsets(Memory<int> offsets)
    {
        _offsets = offsets;
        return this;
    }

    /// <summary>
    /// The newest event time of a type that had been indexed when the last read began, in milliseconds since the Unix epoch;
    /// <see cref="long.MinValue"/> when there was none.
    /// </summary>
    /// <exception cref="ArgumentException">The definition that was read last has no such event type.</exception>
    public long Watermark(string eventType)
    {
        int slot = Array.FindIndex(_types, type => type.Name == eventType);
        return slot >= 0 && slot < _watermarks.Count
            ? _watermarks[slot]
            : throw new ArgumentException($"The last read was not of the event type '{eventType}'.", nameof(eventType));
    }

    internal BoundMemory? Find(string tensor) => _bound.TryGetValue(tensor, out BoundMemory? bound) ? bound : null;

    internal Dictionary<string, BoundMemory>.KeyCollection Names => _bound.Keys;

    internal void Begin(EventTypeSchema[] types)
    {
        _types = types;
        _watermarks.Clear();
        _statuses.Clear();
        _lengths.Clear();
        _receipts.Clear();
    }

    /// <summary>Notes the watermarks of the first fetch, which are the oldest.</summary>
    internal void AddWatermarks(RowFetcher fetcher)
    {
        for (int slot = _watermarks.Count; slot < _types.Length; slot++)
        {
            _watermarks.Add(fetcher.WatermarkOf(slot));
        }
    }

    internal void Add(in SequenceReceipt receipt) => _receipts.Add(receipt);

    internal void Add(ServingStatus status, int rows)
    {
        _statuses.Add(status);
        _lengths.Add(rows);
    }
}
