using ParquetSharp;
using Signals.Parquet.Native;

namespace Signals.Parquet.Writing;

/// <summary>For each row the names of the columns that are null, not absent: a list, which is null where there are none.</summary>
/// <remarks>Thread contract: one thread. Owns the names.</remarks>
internal sealed class NullColumnsWriter : LeafWriter, IDisposable
{
    private const short WhenValue = 2;

    private readonly NativeBuffer _names = new();
    private readonly ByteArray[] _slices;

    /// <summary>Keeps the names where Parquet's writer finds them.</summary>
    public NullColumnsWriter(IReadOnlyList<string> names)
    {
        byte[][] texts = [.. names.Select(System.Text.Encoding.UTF8.GetBytes)];
        _names.Reserve(Math.Max(1, texts.Sum(text => text.Length)));
        _slices = new ByteArray[texts.Length];
        int used = 0;
        for (int i = 0; i < texts.Length; i++)
        {
            texts[i].CopyTo(_names.Span[used..]);
            _slices[i] = new ByteArray(_names.Address + used, texts[i].Length);
            used += texts[i].Length;
        }
    }

    public override void Write(ColumnWriter writer, RowBlock rows, WriteScratch scratch)
    {
        ColumnWriter<ByteArray> target = (ColumnWriter<ByteArray>)writer;
        int[] nullable = [.. Enumerable.Range(0, rows.Columns.Count).Where(i => rows.Columns[i].Nulls > 0)];
        int levels = 0;
        int values = 0;
        for (int row = 0; row < rows.Count; row++)
        {
            if (levels + nullable.Length >= WriteScratch.Most)
            {
                Flush();
            }

            int before = values;
            foreach (int column in nullable)
            {
                if (rows.Columns[column].States[row] == ColumnState.Null)
                {
                    scratch.Definitions[levels] = WhenValue;
                    scratch.Repetitions[levels++] = values == before ? (short)0 : (short)1;
                    scratch.Slices[values++] = _slices[column];
                }
            }

            if (values == before)
            {
                scratch.Definitions[levels] = 0;
                scratch.Repetitions[levels++] = 0;
            }
        }

        Flush();

        void Flush()
        {
            target.WriteBatch(levels, scratch.Definitions, scratch.Repetitions, scratch.Slices.AsSpan(0, values));
            (levels, values) = (0, 0);
        }
    }

    public void Dispose() => _names.Dispose();
}
