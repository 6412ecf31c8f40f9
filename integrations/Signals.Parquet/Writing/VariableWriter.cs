using System.Text.Unicode;
using ParquetSharp;

namespace Signals.Parquet.Writing;

/// <summary>A column of text or bytes.</summary>
/// <param name="column">The index of the column.</param>
/// <param name="name">The name of the column, for messages.</param>
/// <param name="rule">What becomes of values that are not UTF-8; null when they may be any bytes.</param>
internal sealed class VariableWriter(int column, string name, ParquetTextRule? rule) : LeafWriter
{
    public override void Write(ColumnWriter writer, RowBlock rows, WriteScratch scratch)
    {
        ColumnWriter<ByteArray> target = (ColumnWriter<ByteArray>)writer;
        ColumnBlock block = rows.Columns[column];
        if (rule is { } textRule && !AreText(block))
        {
            CheckEach(block, rows, textRule);
            WriteReplaced(target, block, scratch);
            return;
        }

        ReadOnlySpan<int> ends = block.Ends;
        for (int start = 0; start < block.Count; start += WriteScratch.Most)
        {
            int count = Math.Min(WriteScratch.Most, block.Count - start);
            int values = 0;
            for (int i = 0; i < count; i++)
            {
                int row = start + i;
                bool isValue = block.States[row] == ColumnState.Value;
                scratch.Definitions[i] = isValue ? (short)1 : (short)0;
                int begin = row == 0 ? 0 : ends[row - 1];
                scratch.Slices[values] = new ByteArray(block.Address + begin, ends[row] - begin);
                values += isValue ? 1 : 0;
            }

            target.WriteBatch(count, scratch.Definitions, default, scratch.Slices.AsSpan(0, values));
        }
    }

    // Values that are not UTF-8 by themselves may be it together: then one of them begins inside a character.
    private static bool AreText(ColumnBlock block)
    {
        ReadOnlySpan<byte> values = block.Values;
        if (!Utf8.IsValid(values))
        {
            return false;
        }

        int begin = 0;
        foreach (int end in block.Ends)
        {
            if (begin < values.Length && (values[begin] & 0xC0) == 0x80)
            {
                return false;
            }

            begin = end;
        }

        return true;
    }

    private void CheckEach(ColumnBlock block, RowBlock rows, ParquetTextRule textRule)
    {
        for (int row = 0; row < block.Count && textRule == ParquetTextRule.Refuse; row++)
        {
            if (!Utf8.IsValid(ValueOf(block, row)))
            {
                throw new ParquetTextException(name, rows.Users[row], rows.Times[row], (ulong)rows.Ids[row]);
            }
        }
    }

    private static void WriteReplaced(ColumnWriter<ByteArray> target, ColumnBlock block, WriteScratch scratch)
    {
        Span<short> level = scratch.Definitions.AsSpan(0, 1);
        for (int row = 0; row < block.Count; row++)
        {
            bool isValue = block.States[row] == ColumnState.Value;
            level[0] = isValue ? (short)1 : (short)0;
            int length = isValue ? Replace(ValueOf(block, row), scratch) : 0;
            scratch.Slices[0] = new ByteArray(scratch.Bytes.Address, length);
            target.WriteBatch(1, level, default, scratch.Slices.AsSpan(0, isValue ? 1 : 0));
        }
    }

    private static int Replace(ReadOnlySpan<byte> value, WriteScratch scratch)
    {
        byte[] valid = System.Text.Encoding.UTF8.GetBytes(System.Text.Encoding.UTF8.GetString(value));
        scratch.Bytes.Reserve(Math.Max(1, valid.Length));
        valid.CopyTo(scratch.Bytes.Span);
        return valid.Length;
    }

    private static ReadOnlySpan<byte> ValueOf(ColumnBlock block, int row)
    {
        int begin = row == 0 ? 0 : block.Ends[row - 1];
        return block.Values[begin..block.Ends[row]];
    }
}
