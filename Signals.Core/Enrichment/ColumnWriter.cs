using System.Runtime.InteropServices;
using Signals.Core.Columns;

namespace Signals.Core.Enrichment;

/// <summary>
/// Fills the rows of a fixed-width output, in any order; set twice, the last call counts. A row that is never set is absent. Valid while
/// the step runs.
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
    /// <exception cref="ArgumentException">The components are not as many as the dimensions.</exception>
    public void Set(int row, ReadOnlySpan<T> value)
    {
        if (value.Length != _dimensions)
        {
            ThrowDimensions(value.Length);
        }

        value.CopyTo(Fill(row));
    }

    /// <summary>Gives a row to be written in place, and counts it as set; its components are unspecified before.</summary>
    public Span<T> Fill(int row)
    {
        _states[row] = (byte)ColumnState.Value;
        return _values.Slice(row * _dimensions, _dimensions);
    }

    /// <summary>Says that the row certainly has no value, which overwrites what is absent.</summary>
    public void SetNull(int row) => _states[row] = (byte)ColumnState.Null;

    private void ThrowVector() => throw new InvalidOperationException($"The output has {_dimensions} components a row; set them all at once.");

    private void ThrowDimensions(int length) =>
        throw new ArgumentException($"The output has {_dimensions} components a row, not {length}.");
}
