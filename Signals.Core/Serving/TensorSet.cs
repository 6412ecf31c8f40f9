using System.Numerics.Tensors;
using System.Runtime.InteropServices;
using Signals.Core.Serving;

namespace Signals.Serving;

/// <summary>
/// Memory of the caller that a batch of sequences is written into, by the names of the tensors, together with the status of each
/// user's answer. Bind the memory once and read into it again and again.
/// </summary>
/// <remarks>
/// Thread contract: one thread at a time. Padded memory holds <c>B x N x width</c> elements, where N is the definition's size.
/// Jagged memory holds as many rows as the answers have, at most <c>B x N</c>, and <c>B + 1</c> offsets. A tensor that is not
/// bound is not computed. The memory belongs to the caller. A read writes every place of the first B sequences.
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

    /// <summary>The number of users of the last read.</summary>
    public int UserCount => _statuses.Count;

    /// <summary>The status of each user's answer, in the order in which the users were asked for.</summary>
    public ReadOnlySpan<ServingStatus> Statuses => CollectionsMarshal.AsSpan(_statuses);

    /// <summary>The number of rows of each user's sequence.</summary>
    public ReadOnlySpan<int> Lengths => CollectionsMarshal.AsSpan(_lengths);

    /// <summary>The receipt of each user's sequence. Empty when the read did not ask for receipts.</summary>
    public ReadOnlySpan<SequenceReceipt> Receipts => CollectionsMarshal.AsSpan(_receipts);

    internal Memory<int> Offsets => _offsets;

    /// <summary>Binds memory to a tensor, or to the mask.</summary>
    /// <typeparam name="T">
    /// The type of the tensor's elements: float, Half, double, sbyte, byte, short, int, long or bool.
    /// </typeparam>
    /// <param name="tensor">The tensor's name in the definition.</param>
    /// <param name="memory">The memory for the tensor, from its first element on.</param>
    public TensorSet Bind<T>(string tensor, Memory<T> memory)
        where T : unmanaged
    {
        ArgumentNullException.ThrowIfNull(tensor);
        _bound[tensor] = new BoundMemory<T>(memory, null);
        return this;
    }

    /// <summary>Binds a tensor of the base library to a tensor of the definition, or to the mask.</summary>
    /// <typeparam name="T">As in <see cref="Bind{T}"/>.</typeparam>
    /// <param name="tensor">The tensor's name in the definition.</param>
    /// <param name="destination">
    /// A dense tensor. Its first length is at least the number of users; the others are N and the width.
    /// </param>
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

    /// <summary>Binds the offsets of a jagged answer: where each user's rows begin, followed by the end of all rows.</summary>
    public TensorSet BindOffsets(Memory<int> offsets)
    {
        _offsets = offsets;
        return this;
    }

    /// <summary>
    /// The newest event time of a type that was indexed before the last read began, in milliseconds since the Unix epoch;
    /// <see cref="long.MinValue"/> when there was none.
    /// </summary>
    /// <exception cref="ArgumentException">The definition of the last read has no such event type.</exception>
    public long Watermark(string eventType)
    {
        int slot = Array.FindIndex(_types, type => type.IsCalled(eventType));
        return slot >= 0 && slot < _watermarks.Count
            ? _watermarks[slot]
            : throw new ArgumentException($"The definition of the last read has no event type '{eventType}'.", nameof(eventType));
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

    /// <summary>Adds the watermarks of the first fetch. They are the oldest ones.</summary>
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
