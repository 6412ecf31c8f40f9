using ParquetSharp;

namespace Signals.Parquet.Reading;

/// <summary>The levels and values of a leaf, piece by piece; a piece never goes beyond a page.</summary>
/// <remarks>
/// Thread contract: one thread. What a piece points to is valid until the next one. Lifetime: that of a row group.
/// </remarks>
internal sealed class FlatPages<T> : IDisposable
    where T : unmanaged
{
    private readonly ColumnReader<T> _reader;
    private readonly Leaf _leaf;
    private readonly string _file;
    private readonly int _rowGroup;
    private readonly T[] _values;
    private readonly short[] _definitions;
    private readonly short[] _repetitions;

    /// <summary>Begins before the first value.</summary>
    /// <param name="place">The row group.</param>
    /// <param name="leaf">The leaf to read.</param>
    /// <param name="most">The most levels of a piece.</param>
    public FlatPages(GroupPlace place, Leaf leaf, int most)
    {
        (_file, _rowGroup, _leaf) = (place.File, place.RowGroup, leaf);
        _reader = SourceFile.Guard(_file, What(), () => (ColumnReader<T>)place.Reader.Column(leaf.Index));
        _values = new T[most];
        _definitions = leaf.MaxDefinition > 0 ? new short[most] : [];
        _repetitions = leaf.MaxRepetition > 0 ? new short[most] : [];
    }

    /// <summary>The definition levels of the last piece; empty when every value is there.</summary>
    public ReadOnlySpan<short> Definitions => _definitions.AsSpan(0, _leaf.MaxDefinition > 0 ? Levels : 0);

    /// <summary>The repetition levels of the last piece; empty when the leaf is in no list.</summary>
    public ReadOnlySpan<short> Repetitions => _repetitions.AsSpan(0, _leaf.MaxRepetition > 0 ? Levels : 0);

    /// <summary>The values of the last piece, without those that are null.</summary>
    public ReadOnlySpan<T> Values => _values.AsSpan(0, Count);

    /// <summary>The number of levels of the last piece.</summary>
    public int Levels { get; private set; }

    private int Count { get; set; }

    /// <summary>Reads the next piece. False at the end.</summary>
    /// <exception cref="ParquetFileException">The bytes of the column are damaged.</exception>
    public bool TryNext(int most)
    {
        most = Math.Min(most, _values.Length);
        try
        {
            long levels = _reader.ReadBatch(
                most, _leaf.MaxDefinition > 0 ? _definitions : default, _leaf.MaxRepetition > 0 ? _repetitions : default, _values,
                out long values);
            if (levels > most || values > levels || levels < 0 || values < 0)
            {
                throw new ParquetFileException(_file, $"{What()} gives {values} values for {levels} rows: it is damaged.");
            }

            (Levels, Count) = ((int)levels, (int)values);
            return levels > 0;
        }
        catch (Exception error) when (SourceFile.IsOfLibrary(error))
        {
            throw SourceFile.Unreadable(_file, What(), error);
        }
    }

    /// <summary>The error of a column that ends before its row group does.</summary>
    public ParquetFileException TooShort() => new(
        _file, $"{What()} has fewer values than the row group has rows: the file is damaged.");

    /// <summary>The error of levels that contradict each other.</summary>
    public ParquetFileException Contradiction(string what) => new(_file, $"{What()} {what}: the file is damaged.");

    /// <inheritdoc/>
    public void Dispose() => _reader.Dispose();

    private string What() => $"column '{_leaf.Path}' of row group {_rowGroup}";
}
