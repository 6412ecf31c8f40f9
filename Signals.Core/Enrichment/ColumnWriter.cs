using System.Runtime.InteropServices;
using Signals.Core.Enrichment;

namespace Signals.Enrichment;

/// <summary>
/// Fills the rows of a fixed-width output, in any order. When a row is set twice, the last call counts. A row that is never set
/// is absent. Valid while the step runs.
/// </summary>
/// <typeparam name="T">The type of one value, or of one component of a vector.</typeparam>
public readonly ref struct ColumnWriter<T>
    where T : unmanaged
{
    private readonly Span<T> _values;
    private readonly Span<byte> _states;
    private readonly int _dimensions;

    internal ColumnWriter(OutputRows column)
    {
        _values = MemoryMarshal.Cast<byte, T>(column.WritableFixed);
        _states = column.WritableStates;
        _dimensions = column.Type.Dimensions;
    }

    /// <summary>Sets a scalar row.</summary>
    /// <exception cref="InvalidOperationException">The output is a vector of more than one component.</exception>
    public void Set(int row, T value)
    {
        if (_dimensions != 1)
        {
            ThrowVector();
        }

        _values[row] = value;
        _states[row] = (byte)ColumnState.Value;
    }

    /// <summary>Sets a vector row.</summary>
    /// <exception cref="ArgumentException">The number of components differs from the dimensions.</exception>
    public void Set(int row, ReadOnlySpan<T> value)
    {
        if (value.Length != _dimensions)
        {
            ThrowDimensions(value.Length);
        }

        value.CopyTo(Fill(row));
    }

    /// <summary>
    /// Returns a row for you to write in place, and counts it as set. The components are unspecified until you write them.
    /// </summary>
    public Span<T> Fill(int row)
    {
        _states[row] = (byte)ColumnState.Value;
        return _values.Slice(row * _dimensions, _dimensions);
    }

    /// <summary>Sets a row to null: it certainly has no value. Null overwrites an absent value.</summary>
    public void SetNull(int row) => _states[row] = (byte)ColumnState.Null;

    private void ThrowVector() =>
        throw new InvalidOperationException($"The output has {_dimensions} components a row; set all of them at once.");

    private void ThrowDimensions(int length) =>
        throw new ArgumentException($"The output has {_dimensions} components a row, not {length}.");
}
