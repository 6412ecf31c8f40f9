using System.Runtime.InteropServices;

namespace Signals.Storage.Reads;

/// <summary>Puts the columns of several event types together in the order of their merged keys.</summary>
/// <remarks>
/// Thread contract: any thread; it holds no state. The columns of each type were gathered in long slices before. Gathering first
/// and placing the rows afterwards is cheaper than gathering rows of alternating types one by one.
/// </remarks>
internal static class ColumnInterleaver
{
    /// <summary>Appends the rows to <paramref name="outputs"/>.</summary>
    /// <param name="stages">One per event type, newest row first, with the columns gathered.</param>
    /// <param name="merger">Knows the row of the answer that each row of a stage became.</param>
    /// <param name="outputs">The answer's columns.</param>
    public static void Interleave(ReadOnlySpan<TypeStage> stages, StageMerger merger, ReadOnlySpan<ColumnOutput> outputs)
    {
        for (int i = 0; i < outputs.Length; i++)
        {
            ColumnOutput output = outputs[i];
            int first = output.States.Length;
            output.ExtendUnset(merger.Count);
            for (int slot = 0; slot < stages.Length; slot++)
            {
                if (i < stages[slot].Gathered)
                {
                    Interleave(stages[slot].Columns(outputs.Length)[i], merger.PlacesOf(slot, stages[slot]), output, first);
                }
            }
        }
    }

    private static void Interleave(ColumnOutput source, ReadOnlySpan<int> places, ColumnOutput output, int first)
    {
        if (source.States.ContainsAnyExcept((byte)ColumnState.Value))
        {
            Scatter(source.States, places, output.StatesFrom(first));
        }

        Span<byte> values = output.ValuesFrom(first);
        switch (output.Type.Width)
        {
            case 0: output.ScatterVariable(source, places, first); break;
            case 1: Scatter(source.Values, places, values); break;
            case 2: ScatterAs<ushort>(source.Values, places, values); break;
            case 4: ScatterAs<uint>(source.Values, places, values); break;
            case 8: ScatterAs<ulong>(source.Values, places, values); break;
            default: ScatterRows(source, places, values); break;
        }
    }

    private static void ScatterAs<T>(ReadOnlySpan<byte> source, ReadOnlySpan<int> places, Span<byte> destination)
        where T : unmanaged =>
        Scatter(MemoryMarshal.Cast<byte, T>(source), places, MemoryMarshal.Cast<byte, T>(destination));

    private static void Scatter<T>(ReadOnlySpan<T> source, ReadOnlySpan<int> places, Span<T> destination)
    {
        source = source[..places.Length];
        for (int i = 0; i < places.Length; i++)
        {
            destination[places[i]] = source[i];
        }
    }

    private static void ScatterRows(ColumnOutput source, ReadOnlySpan<int> places, Span<byte> destination)
    {
        int width = source.Type.Width;
        ReadOnlySpan<byte> values = source.Values;
        for (int i = 0; i < places.Length; i++)
        {
            values.Slice(i * width, width).CopyTo(destination[(places[i] * width)..]);
        }
    }
}
