using Signals.Orleans.Wire;
using Signals.Serving;

namespace Signals.Orleans;

/// <summary>
/// Memory of the caller that a batch of sequences is written into, by the names of the tensors, and what is known of each user's
/// answer. Bind the memory once and read into it again and again.
/// </summary>
/// <remarks>
/// Thread contract: one thread at a time. The memory of a tensor holds <c>B x rows x width</c> elements, padded as the definition
/// says: rows is the definition's size, and width the number of elements of a row. The mask has a width of 1. Layouts without
/// padding are for reads of one store.
/// </remarks>
public sealed class ClusterTensors
{
    private readonly List<TensorBinding> _bindings = [];
    private ServingStatus[] _statuses = [];
    private int[] _lengths = [];
    private ClusterAnswer[] _answers = [];

    /// <summary>The number of users of the last read; 0 after one that failed.</summary>
    public int UserCount { get; private set; }

    /// <summary>The status of each user's sequence, in the order in which the users were asked for.</summary>
    public ReadOnlySpan<ServingStatus> Statuses => _statuses.AsSpan(0, UserCount);

    /// <summary>The number of rows of each user's sequence.</summary>
    public ReadOnlySpan<int> Lengths => _lengths.AsSpan(0, UserCount);

    /// <summary>Where each user's sequence comes from, and how late it may be.</summary>
    public ReadOnlySpan<ClusterAnswer> Answers => _answers.AsSpan(0, UserCount);

    internal IReadOnlyList<TensorBinding> Bindings => _bindings;

    internal TensorShape[] Shapes => [.. _bindings.Select(binding => binding.Shape)];

    /// <summary>Binds memory to a tensor, or to the mask. A tensor that is bound again gets the new memory.</summary>
    /// <typeparam name="T">
    /// The type of the tensor's elements: float, Half, double, sbyte, byte, short, int, long or bool.
    /// </typeparam>
    /// <param name="tensor">The tensor's name in the definition.</param>
    /// <param name="memory">The memory, from the first user's first element on.</param>
    /// <param name="rows">The definition's size.</param>
    /// <param name="width">The number of elements of a row.</param>
    public ClusterTensors Bind<T>(string tensor, Memory<T> memory, int rows, int width = 1)
        where T : unmanaged
    {
        ArgumentException.ThrowIfNullOrEmpty(tensor);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(rows);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(width);
        _bindings.RemoveAll(binding => binding.Shape.Name == tensor);
        _bindings.Add(new TensorBinding<T>(new TensorShape(tensor, ElementOf<T>(), rows, width), memory));
        return this;
    }

    /// <summary>Makes room for a batch. Nothing is left of what the users before them were answered.</summary>
    internal void Begin(int users)
    {
        UserCount = 0;
        foreach (TensorBinding binding in _bindings)
        {
            binding.Require(users);
        }

        if (_statuses.Length < users)
        {
            _statuses = new ServingStatus[users];
            _lengths = new int[users];
            _answers = new ClusterAnswer[users];
        }

        Array.Clear(_statuses, 0, users);
        Array.Clear(_lengths, 0, users);
        Array.Clear(_answers, 0, users);
        UserCount = users;
    }

    /// <summary>The batch has failed, so that there are no answers.</summary>
    internal void Clear() => UserCount = 0;

    /// <summary>Takes in the sequences of users of one partition. Partitions have places of their own, so they may come at once.</summary>
    internal void Set(ReadOnlySpan<int> places, ReadOnlySpan<ServingStatus> statuses, ReadOnlySpan<int> lengths)
    {
        for (int i = 0; i < places.Length; i++)
        {
            _statuses[places[i]] = statuses[i];
            _lengths[places[i]] = lengths[i];
        }
    }

    /// <summary>Takes in where the sequences of users of one partition come from.</summary>
    internal void Set(ReadOnlySpan<int> places, in ClusterAnswer answer)
    {
        foreach (int place in places)
        {
            _answers[place] = answer;
        }
    }

    private static TensorElement ElementOf<T>() =>
        typeof(T) == typeof(float) ? TensorElement.Float32
        : typeof(T) == typeof(Half) ? TensorElement.Float16
        : typeof(T) == typeof(double) ? TensorElement.Float64
        : typeof(T) == typeof(sbyte) ? TensorElement.Int8
        : typeof(T) == typeof(byte) ? TensorElement.UInt8
        : typeof(T) == typeof(short) ? TensorElement.Int16
        : typeof(T) == typeof(int) ? TensorElement.Int32
        : typeof(T) == typeof(long) ? TensorElement.Int64
        : typeof(T) == typeof(bool) ? TensorElement.Boolean
        : throw new ArgumentException($"No tensor has elements of {typeof(T).Name}.");
}
