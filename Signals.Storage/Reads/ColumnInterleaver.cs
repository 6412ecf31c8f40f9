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
                    Interleave(stages[slot].Columns(outputs.Length)[i], merger.PlacesOf(slot), output, first);
                }
            }
        }
    }

    private static void Interleave(ColumnOutput source, ReadOnlySpan<int> places, ColumnOutput output, int first)
    {
        if (source.States.ContainsAnyExcept((byte)ColumnState.Value))
        {
            RowScatter.Copy(source.States, places, output.StatesFrom(first));
        }

        if (output.Type.IsVariable)
        {
            output.ScatterVariable(source, places, first);
        }
        else
        {
            RowScatter.Copy(source.Values, output.Type.Width, places, output.ValuesFrom(first));
        }
    }
}
