using System.Runtime.InteropServices;
using Signals.Storage.Primitives;

namespace Signals.Storage.Reads;

/// <summary>Puts the columns of several event types together in the order that the merge of their keys gave.</summary>
/// <remarks>
/// Thread contract: owned by one read at a time; reused. Each type's columns were gathered in long runs first: that and
/// this ordered pass are cheaper than gathering rows of alternating types one by one. Which rows of the answer a type
/// fills is worked out once, so that the loop over a column has no branch to mispredict.
/// </remarks>
internal sealed class ColumnInterleaver
{
    private readonly PooledList<int> _rows = new();
    private readonly PooledList<int> _starts = new();

    /// <summary>Appends the rows to <paramref name="outputs"/>.</summary>
    /// <param name="stages">Per event type, with all columns gathered, newest first.</param>
    /// <param name="slots">Which stage each row comes from.</param>
    /// <param name="oldestFirst">Whether the answer is in the reverse order of the stages.</param>
    /// <param name="outputs">The answer's columns.</param>
    public void Interleave(ReadOnlySpan<TypeStage> stages, ReadOnlySpan<int> slots, bool oldestFirst, ReadOnlySpan<ColumnOutput> outputs)
    {
        FindRows(stages, slots, oldestFirst);
        for (int i = 0; i < outputs.Length; i++)
        {
            ColumnOutput output = outputs[i];
            Span<byte> states = output.ExtendStates(slots.Length);
            Span<byte> values = output.Type.IsVariable ? default : output.ExtendValues(slots.Length);
            Span<VariableSlot> variable = output.Type.IsVariable ? output.ExtendVariable(slots.Length) : default;
            for (int slot = 0; slot < stages.Length; slot++)
            {
                ColumnOutput source = stages[slot].Columns(outputs.Length)[i];
                ReadOnlySpan<int> rows = _rows.Span.Slice(_starts[slot], stages[slot].Count);
                if (stages.Length == 1 && !oldestFirst && !output.Type.IsVariable)
                {
                    source.States[..rows.Length].CopyTo(states);
                    source.Values[..values.Length].CopyTo(values);
                    continue;
                }

                Scatter(source.States, rows, states);
                switch (output.Type.Width)
                {
                    case 0: output.ScatterVariable(source, rows, variable); break;
                    case 1: Scatter(source.Values, rows, values); break;
                    case 2: ScatterAs<ushort>(source.Values, rows, values); break;
                    case 4: ScatterAs<uint>(source.Values, rows, values); break;
                    case 8: ScatterAs<ulong>(source.Values, rows, values); break;
                    default: ScatterRows(source, rows, values); break;
                }
            }
        }
    }

    /// <summary>For each stage, one behind the other: the row of the answer that each of its rows becomes.</summary>
    private void FindRows(ReadOnlySpan<TypeStage> stages, ReadOnlySpan<int> slots, bool oldestFirst)
    {
        _starts.Clear();
        int start = 0;
        foreach (TypeStage stage in stages)
        {
            _starts.Add(start);
            start += stage.Count;
        }

        _rows.Clear();
        Span<int> rows = _rows.Extend(slots.Length);
        Span<int> next = _starts.Span;
        for (int row = 0; row < slots.Length; row++)
        {
            rows[next[slots[row]]++] = oldestFirst ? slots.Length - 1 - row : row;
        }

        for (int slot = 0; slot < stages.Length; slot++)
        {
            next[slot] -= stages[slot].Count;
        }
    }

    private static void ScatterAs<T>(ReadOnlySpan<byte> source, ReadOnlySpan<int> rows, Span<byte> destination)
        where T : unmanaged =>
        Scatter(MemoryMarshal.Cast<byte, T>(source), rows, MemoryMarshal.Cast<byte, T>(destination));

    private static void Scatter<T>(ReadOnlySpan<T> source, ReadOnlySpan<int> rows, Span<T> destination)
    {
        source = source[..rows.Length];
        for (int i = 0; i < rows.Length; i++)
        {
            destination[rows[i]] = source[i];
        }
    }

    private static void ScatterRows(ColumnOutput source, ReadOnlySpan<int> rows, Span<byte> destination)
    {
        int width = source.Type.Width;
        for (int i = 0; i < rows.Length; i++)
        {
            source.Value(i).CopyTo(destination[(rows[i] * width)..]);
        }
    }
}
