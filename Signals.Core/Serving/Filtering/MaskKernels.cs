using System.Numerics;
using System.Runtime.Intrinsics;

namespace Signals.Core.Serving.Filtering;

/// <summary>
/// The loops that turn a column into a mask. Pure. A mask has one word per 64 rows; the last word may be partly used.
/// </summary>
internal static class MaskKernels
{
    /// <summary>
    /// Sets the bits of rows with <c>low &lt;= value &lt;= high</c> and clears the others. A NaN is never in the range.
    /// </summary>
    public static void Range<T>(ReadOnlySpan<T> values, T low, T high, Span<ulong> words)
        where T : unmanaged, INumber<T>
    {
        int whole = Vector256.IsHardwareAccelerated && Vector256<T>.IsSupported ? values.Length / 64 : 0;
        Vector256<T> lows = whole > 0 ? Vector256.Create(low) : default;
        Vector256<T> highs = whole > 0 ? Vector256.Create(high) : default;
        for (int word = 0; word < whole; word++)
        {
            ReadOnlySpan<T> rows = values.Slice(word * 64, 64);
            ulong bits = 0;
            for (int i = 0; i < 64; i += Vector256<T>.Count)
            {
                Vector256<T> some = Vector256.Create(rows[i..]);
                Vector256<T> inside = Vector256.GreaterThanOrEqual(some, lows) & Vector256.LessThanOrEqual(some, highs);
                bits |= (ulong)inside.ExtractMostSignificantBits() << i;
            }

            words[word] = bits;
        }

        for (int word = whole; word < words.Length; word++)
        {
            ReadOnlySpan<T> rows = values[(word * 64)..];
            rows = rows[..Math.Min(64, rows.Length)];
            ulong bits = 0;
            for (int i = 0; i < rows.Length; i++)
            {
                bits |= (rows[i] >= low && rows[i] <= high ? 1UL : 0) << i;
            }

            words[word] = bits;
        }
    }

    /// <summary>
    /// Sets the bits of halves that lie between two keys of <see cref="HalfOrder"/> and clears the others. The keys of NaNs lie
    /// beyond those of the infinities.
    /// </summary>
    public static void RangeOfHalves(ReadOnlySpan<short> halves, short low, short high, Span<ulong> words)
    {
        int whole = Vector256.IsHardwareAccelerated ? halves.Length / 64 : 0;
        Vector256<short> lows = Vector256.Create(low);
        Vector256<short> highs = Vector256.Create(high);
        for (int word = 0; word < whole; word++)
        {
            ReadOnlySpan<short> rows = halves.Slice(word * 64, 64);
            ulong bits = 0;
            for (int i = 0; i < 64; i += Vector256<short>.Count)
            {
                Vector256<short> some = HalfOrder.Key(Vector256.Create(rows[i..]));
                Vector256<short> inside = Vector256.GreaterThanOrEqual(some, lows) & Vector256.LessThanOrEqual(some, highs);
                bits |= (ulong)inside.ExtractMostSignificantBits() << i;
            }

            words[word] = bits;
        }

        for (int word = whole; word < words.Length; word++)
        {
            ReadOnlySpan<short> rows = halves[(word * 64)..];
            rows = rows[..Math.Min(64, rows.Length)];
            ulong bits = 0;
            for (int i = 0; i < rows.Length; i++)
            {
                short key = HalfOrder.Key(rows[i]);
                bits |= (key >= low && key <= high ? 1UL : 0) << i;
            }

            words[word] = bits;
        }
    }

    /// <summary>Sets the bits of rows whose value equals <paramref name="wanted"/>. Leaves the other bits unchanged.</summary>
    public static void OrEqual<T>(ReadOnlySpan<T> values, T wanted, Span<ulong> words)
        where T : unmanaged, INumber<T>
    {
        int whole = Vector256.IsHardwareAccelerated && Vector256<T>.IsSupported ? values.Length / 64 : 0;
        Vector256<T> same = whole > 0 ? Vector256.Create(wanted) : default;
        for (int word = 0; word < whole; word++)
        {
            ReadOnlySpan<T> rows = values.Slice(word * 64, 64);
            ulong bits = 0;
            for (int i = 0; i < 64; i += Vector256<T>.Count)
            {
                bits |= (ulong)Vector256.Equals(Vector256.Create(rows[i..]), same).ExtractMostSignificantBits() << i;
            }

            words[word] |= bits;
        }

        for (int row = whole * 64; row < values.Length; row++)
        {
            words[row >> 6] |= (values[row] == wanted ? 1UL : 0) << row;
        }
    }

    /// <summary>Clears the bits of rows that are absent or null.</summary>
    public static void AndValues(ReadOnlySpan<byte> states, Span<ulong> words)
    {
        if (!states.ContainsAnyExcept((byte)ColumnState.Value))
        {
            return;
        }

        for (int word = 0; word < words.Length; word++)
        {
            ReadOnlySpan<byte> rows = states[(word * 64)..];
            Span<ulong> one = [0];
            Range(rows[..Math.Min(64, rows.Length)], (byte)ColumnState.Value, (byte)ColumnState.Value, one);
            words[word] &= one[0];
        }
    }
}
