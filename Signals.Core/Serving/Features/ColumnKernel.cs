using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Signals.Core.Columns;
using Signals.Core.Serving.Rows;
using Signals.Serving;

namespace Signals.Core.Serving.Features;

/// <summary>
/// Writes the values of a fixed-width column, as they are or converted, and a default for rows without a value.
/// </summary>
/// <typeparam name="TFrom">The type of the column's elements; byte for a boolean column.</typeparam>
/// <typeparam name="TTo">The type of the tensor's elements.</typeparam>
/// <param name="column">The column's ordinal.</param>
/// <param name="dimensions">The number of elements of a row.</param>
/// <param name="missing">The element to write in a row that is absent or null.</param>
/// <param name="conversion">Converts a value to an element; null when both types are the same and values are copied.</param>
internal sealed class ColumnKernel<TFrom, TTo>(
    int column, int dimensions, TTo missing, NumberConversion<TFrom, TTo>? conversion)
    : FeatureKernel(dimensions, ByteSize.SizeOf<TTo>())
    where TFrom : unmanaged
    where TTo : unmanaged
{
    private const int GatheredBytes = 1024;
    private const int LeastGathered = 16;

    private readonly int _sourceBytes = dimensions * ByteSize.SizeOf<TFrom>();
    private readonly bool _patches = !ByteSize.AreSame(missing, OfZero(conversion));

    protected override void WriteDense(RowSet rows, ReadOnlySpan<int> chosen, int first, int count, Span<byte> destination)
    {
        IColumnRows source = rows.Column(column);
        ReadOnlySpan<byte> values = source.FixedRows;
        chosen = chosen.Slice(first, count);
        if (conversion is null)
        {
            RowGather.Copy(values, RowBytes, chosen, destination);
        }
        else
        {
            Convert(conversion, values, chosen, destination);
        }

        if (_patches)
        {
            Patch(source.RowStates, chosen, destination);
        }
    }

    /// <summary>The element that a row without a value gets by conversion, because its bytes are zero.</summary>
    private static TTo OfZero(NumberConversion<TFrom, TTo>? conversion)
    {
        TTo element = default;
        TFrom zero = default;
        conversion?.Convert(new ReadOnlySpan<TFrom>(in zero), new Span<TTo>(ref element));
        return element;
    }

    /// <summary>Converts the chosen rows. Narrow rows are gathered first, so that one call converts many of them.</summary>
    [SkipLocalsInit]
    private void Convert(NumberConversion<TFrom, TTo> how, ReadOnlySpan<byte> values, ReadOnlySpan<int> chosen, Span<byte> destination)
    {
        int step = GatheredBytes / _sourceBytes;
        if (step < LeastGathered)
        {
            ConvertRuns(how, values, chosen, destination);
            return;
        }

        Span<byte> gathered = stackalloc byte[GatheredBytes];
        for (int i = 0; i < chosen.Length; i += step)
        {
            ReadOnlySpan<int> some = chosen.Slice(i, Math.Min(step, chosen.Length - i));
            RowGather.Copy(values, _sourceBytes, some, gathered);
            how.Convert(
                MemoryMarshal.Cast<byte, TFrom>(gathered[..(some.Length * _sourceBytes)]),
                MemoryMarshal.Cast<byte, TTo>(destination.Slice(i * RowBytes, some.Length * RowBytes)));
        }
    }

    private void ConvertRuns(
        NumberConversion<TFrom, TTo> how, ReadOnlySpan<byte> values, ReadOnlySpan<int> chosen, Span<byte> destination)
    {
        for (int i = 0; i < chosen.Length;)
        {
            int run = RowGather.RunFrom(chosen, i);
            how.Convert(
                MemoryMarshal.Cast<byte, TFrom>(values.Slice(chosen[i] * _sourceBytes, run * _sourceBytes)),
                MemoryMarshal.Cast<byte, TTo>(destination.Slice(i * RowBytes, run * RowBytes)));
            i += run;
        }
    }

    private void Patch(ReadOnlySpan<byte> states, ReadOnlySpan<int> chosen, Span<byte> destination)
    {
        for (int i = 0; i < chosen.Length; i++)
        {
            if (states[chosen[i]] != (byte)ColumnState.Value)
            {
                MemoryMarshal.Cast<byte, TTo>(destination.Slice(i * RowBytes, RowBytes)).Fill(missing);
            }
        }
    }
}
