using System.Runtime.InteropServices;

namespace Signals.Core.Serving.Rows;

/// <summary>
/// Copies chosen fixed-width rows to their destination, each once. Rows that follow each other are copied together. Pure.
/// </summary>
internal static class RowGather
{
    /// <param name="source">The rows; row i lies at <c>i * width</c>.</param>
    /// <param name="width">The bytes of a row.</param>
    /// <param name="rows">The rows to copy, in the wanted order.</param>
    /// <param name="destination">Room for exactly these rows.</param>
    public static void Copy(ReadOnlySpan<byte> source, int width, ReadOnlySpan<int> rows, Span<byte> destination)
    {
        if (rows.IsEmpty)
        {
            return;
        }

        if (rows[^1] - rows[0] == rows.Length - 1 && IsRun(rows))
        {
            source.Slice(rows[0] * width, rows.Length * width).CopyTo(destination);
            return;
        }

        switch (width)
        {
            case 1: Copy(source, rows, destination); return;
            case 2: Copy<ushort>(source, rows, destination); return;
            case 4: Copy<uint>(source, rows, destination); return;
            case 8: Copy<ulong>(source, rows, destination); return;
            default: CopyRuns(source, width, rows, destination); return;
        }
    }

    /// <summary>The number of rows from <paramref name="first"/> on that follow each other; at least 1.</summary>
    public static int RunFrom(ReadOnlySpan<int> rows, int first)
    {
        int end = first + 1;
        while (end < rows.Length && rows[end] == rows[end - 1] + 1)
        {
            end++;
        }

        return end - first;
    }

    private static bool IsRun(ReadOnlySpan<int> rows) => RunFrom(rows, 0) == rows.Length;

    private static void Copy<T>(ReadOnlySpan<byte> source, ReadOnlySpan<int> rows, Span<byte> destination)
        where T : unmanaged => Copy(MemoryMarshal.Cast<byte, T>(source), rows, MemoryMarshal.Cast<byte, T>(destination));

    private static void Copy<T>(ReadOnlySpan<T> source, ReadOnlySpan<int> rows, Span<T> destination)
    {
        destination = destination[..rows.Length];
        for (int i = 0; i < rows.Length; i++)
        {
            destination[i] = source[rows[i]];
        }
    }

    private static void CopyRuns(ReadOnlySpan<byte> source, int width, ReadOnlySpan<int> rows, Span<byte> destination)
    {
        for (int i = 0; i < rows.Length;)
        {
            int run = RunFrom(rows, i);
            source.Slice(rows[i] * width, run * width).CopyTo(destination[(i * width)..]);
            i += run;
        }
    }
}
