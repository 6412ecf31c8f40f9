using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Signals.Core.Columns;
using Signals.Core.Serving.Rows;

namespace Signals.Core.Serving.Features;

/// <summary>The values of a column of fixed width, as they are or converted, with a default where there is none.</summary>
/// <typeparam name="TFrom">The column's element; of a boolean column, byte.</typeparam>
/// <typeparam name="TTo">The tensor's element.</typeparam>
/// <param name="column">The column's ordinal.</param>
/// <param name="dimensions">Elements of a row.</param>
/// <param name="missing">What every element of a row that is absent or null becomes.</param>
/// <param name="conversion">How a value becomes an element; null where it does as it is, both types being one.</param>
internal sealed class ColumnKernel<TFrom, TTo>(
    int column, int dimensions, TTo missing, NumberConversion<TFrom, TTo>? conversion)
    : FeatureKernel(dimensions, ByteSize.Of<TTo>())
    where TFrom : unmanaged
    where TTo : unmanaged
{
    private const int GatheredBytes = 1024;
    private const int LeastGathered = 16;

    private readonly int _sourceBytes = dimensions * ByteSize.Of<TFrom>();
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

    /// <summary>What a row without a value becomes by itself, as its bytes are zero.</summary>
    private static TTo OfZero(NumberConversion<TFrom, TTo>? conversion)
    {
        TTo element = default;
        TFrom zero = default;
        conversion?.Convert(new ReadOnlySpan<TFrom>(in zero), new Span<TTo>(ref element));
        return element;
    }

    /// <summary>Narrow rows are gathered first, so that many are converted by one call.</summary>
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

    private void ConvertRuns(NumberConversion<TFrom, TTo> how, ReadOnlySpan<byte> values, ReadOnlySpan<int> chosen, Span<byte> destination)
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
