using System.Runtime.InteropServices;
using Signals.Storage.Primitives;

namespace Signals.Storage.Reads;

/// <summary>Puts the columns of several event types together in the order that the merge of their keys gave.</summary>
/// <remarks>
/// Thread contract: owned by one read at a time; reused. Each type's columns were gathered in long runs first: that and
/// this one ordered pass are cheaper than gathering rows of alternating types one by one.
/// </remarks>
internal sealed class ColumnInterleaver
{
    private readonly PooledList<int> _next = new();

    /// <summary>Appends the rows to <paramref name="outputs"/>.</summary>
    /// <param name="stages">Per event type, with all columns gathered, newest first.</param>
    /// <param name="slots">Which stage each row comes from.</param>
    /// <param name="step">1 when the rows are newest first, -1 when they are oldest first.</param>
    /// <param name="outputs">The answer's columns.</param>
    public void Interleave(ReadOnlySpan<TypeStage> stages, ReadOnlySpan<int> slots, int step, ReadOnlySpan<ColumnOutput> outputs)
    {
        for (int i = 0; i < outputs.Length; i++)
        {
            ColumnOutput output = outputs[i];
            Span<byte> states = output.ExtendStates(slots.Length);
            Span<byte> values = output.Type.IsVariable ? default : output.ExtendValues(slots.Length);
            for (int slot = 0; slot < stages.Length; slot++)
            {
                ColumnOutput source = stages[slot].Columns(outputs.Length)[i];
                int first = step > 0 ? 0 : stages[slot].Count - 1;
                Scatter(source.States, first, step, slots, slot, states);
                switch (output.Type.Width)
                {
                    case 0: break;
                    case 1: Scatter(source.Values, first, step, slots, slot, values); break;
                    case 2: ScatterAs<ushort>(source.Values, first, step, slots, slot, values); break;
                    case 4: ScatterAs<uint>(source.Values, first, step, slots, slot, values); break;
                    case 8: ScatterAs<ulong>(source.Values, first, step, slots, slot, values); break;
                    default: ScatterRows(source, first, step, slots, slot, values); break;
                }
            }

            if (output.Type.IsVariable)
            {
                AppendVariable(stages, slots, step, i, output, outputs.Length);
            }
        }
    }

    private static void ScatterAs<T>(ReadOnlySpan<byte> source, int first, int step, ReadOnlySpan<int> slots, int slot, Span<byte> destination)
        where T : unmanaged =>
        Scatter(MemoryMarshal.Cast<byte, T>(source), first, step, slots, slot, MemoryMarshal.Cast<byte, T>(destination));

    private static void Scatter<T>(ReadOnlySpan<T> source, int first, int step, ReadOnlySpan<int> slots, int slot, Span<T> destination)
    {
        int next = first;
        for (int row = 0; row < slots.Length; row++)
        {
            if (slots[row] == slot)
            {
                destination[row] = source[next];
                next += step;
            }
        }
    }

    private static void ScatterRows(ColumnOutput source, int first, int step, ReadOnlySpan<int> slots, int slot, Span<byte> destination)
    {
        int next = first;
        int width = source.Type.Width;
        for (int row = 0; row < slots.Length; row++)
        {
            if (slots[row] == slot)
            {
                source.Value(next).CopyTo(destination[(row * width)..]);
                next += step;
            }
        }
    }

    /// <summary>Values of variable length have to be appended in the order of the answer.</summary>
    private void AppendVariable(ReadOnlySpan<TypeStage> stages, ReadOnlySpan<int> slots, int step, int column, ColumnOutput output, int columns)
    {
        _next.Clear();
        foreach (TypeStage stage in stages)
        {
            _next.Add(step > 0 ? 0 : stage.Count - 1);
        }

        Span<int> next = _next.Span;
        foreach (int slot in slots)
        {
            output.AddVariable(stages[slot].Columns(columns)[column].Value(next[slot]));
            next[slot] += step;
        }
    }
}
