using System.IO.Hashing;
using System.Numerics.Tensors;
using System.Runtime.InteropServices;
using Signals.Serving;

namespace Signals.Training.Quality;

/// <summary>What was seen of one column: states of all rows, and sketches of the values of some.</summary>
/// <remarks>Thread contract: one thread at a time.</remarks>
internal sealed class ColumnTally(string name, ColumnType type)
{
    private readonly DistinctSketch _distinct = new();
    private readonly QuantileSketch _quantiles = new();
    private readonly long[] _buckets = new long[ColumnProfile.BucketCount];
    private long _rows;
    private long _absent;
    private long _null;
    private long _sampled;
    private long _notANumber;
    private double _sum;

    /// <summary>Adds a sequence's rows.</summary>
    /// <param name="sequence">The sequence.</param>
    /// <param name="first">The first row whose value is looked at.</param>
    /// <param name="step">From one such row to the next.</param>
    public void Add(in ServedSequence sequence, int first, int step)
    {
        ReadOnlySpan<ColumnState> states = sequence.States(name);
        int absent = states.Count(ColumnState.Absent);
        int nulls = states.Count(ColumnState.Null);
        _rows += states.Length;
        _absent += absent;
        _null += nulls;
        if (absent + nulls == states.Length)
        {
            return;
        }

        switch (type.Kind)
        {
            case ColumnKind.Boolean: AddBytes(sequence, states, first, step); break;
            case ColumnKind.Int8: AddNumbers<sbyte>(sequence, states, first, step); break;
            case ColumnKind.UInt8: AddNumbers<byte>(sequence, states, first, step); break;
            case ColumnKind.Int16: AddNumbers<short>(sequence, states, first, step); break;
            case ColumnKind.UInt16: AddNumbers<ushort>(sequence, states, first, step); break;
            case ColumnKind.Int32: AddNumbers<int>(sequence, states, first, step); break;
            case ColumnKind.UInt32: AddNumbers<uint>(sequence, states, first, step); break;
            case ColumnKind.Int64: AddNumbers<long>(sequence, states, first, step); break;
            case ColumnKind.UInt64: AddNumbers<ulong>(sequence, states, first, step); break;
            case ColumnKind.Float16: AddNumbers<Half>(sequence, states, first, step); break;
            case ColumnKind.Float32: AddNumbers<float>(sequence, states, first, step); break;
            case ColumnKind.Float64: AddNumbers<double>(sequence, states, first, step); break;
            case ColumnKind.VectorInt8: AddVectors<sbyte>(sequence, states, first, step); break;
            case ColumnKind.VectorFloat16: AddVectors<Half>(sequence, states, first, step); break;
            case ColumnKind.VectorFloat32: AddVectors<float>(sequence, states, first, step); break;
            default: AddBytes(sequence, states, first, step); break;
        }
    }

    public ColumnProfile ToProfile() => new()
    {
        Name = name,
        Type = type.ToString(),
        Rows = _rows,
        Absent = _absent,
        Null = _null,
        Sampled = _sampled,
        NotANumber = _notANumber,
        Distinct = _distinct.Estimate(),
        Mean = _quantiles.Count == 0 ? null : _sum / _quantiles.Count,
        Percentiles = _quantiles.Quantiles(100),
        Buckets = [.. _buckets],
    };

    private void AddNumbers<T>(in ServedSequence sequence, ReadOnlySpan<ColumnState> states, int first, int step)
        where T : unmanaged, System.Numerics.INumberBase<T>
    {
        ReadOnlySpan<T> values = sequence.Field<T>(name);
        for (int row = first; row < values.Length; row += step)
        {
            if (states[row] == ColumnState.Value)
            {
                Count(XxHash3.HashToUInt64(MemoryMarshal.AsBytes(values.Slice(row, 1))));
                AddNumber(double.CreateTruncating(values[row]));
            }
        }
    }

    /// <summary>A vector counts with its length (the Euclidean norm); a model that broke shows there.</summary>
    private void AddVectors<T>(in ServedSequence sequence, ReadOnlySpan<ColumnState> states, int first, int step)
        where T : unmanaged, System.Numerics.INumberBase<T>
    {
        ReadOnlySpan<T> values = sequence.Vector<T>(name);
        int width = type.Dimensions;
        Span<float> components = width <= 512 ? stackalloc float[width] : new float[width];
        for (int row = first; row < states.Length; row += step)
        {
            if (states[row] == ColumnState.Value)
            {
                ReadOnlySpan<T> vector = values.Slice(row * width, width);
                Count(XxHash3.HashToUInt64(MemoryMarshal.AsBytes(vector)));
                TensorPrimitives.ConvertTruncating(vector, components);
                AddNumber(TensorPrimitives.Norm(components));
            }
        }
    }

    private void AddBytes(in ServedSequence sequence, ReadOnlySpan<ColumnState> states, int first, int step)
    {
        for (int row = first; row < states.Length; row += step)
        {
            if (states[row] == ColumnState.Value)
            {
                ulong hash = type.Kind == ColumnKind.Boolean
                    ? XxHash3.HashToUInt64([sequence.Field<bool>(name)[row] ? (byte)1 : (byte)0])
                    : XxHash3.HashToUInt64(sequence.Bytes(name, row));
                Count(hash);
                _buckets[(int)(hash % ColumnProfile.BucketCount)]++;
            }
        }
    }

    private void Count(ulong hash)
    {
        _sampled++;
        _distinct.Add(hash);
    }

    private void AddNumber(double value)
    {
        if (double.IsNaN(value))
        {
            _notANumber++;
            return;
        }

        _quantiles.Add(value);
        _sum += value;
    }
}
