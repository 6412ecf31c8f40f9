using Signals.Core.Enrichment;

namespace Signals.Enrichment;

/// <summary>Fills the rows of a text or bytes output, as <see cref="ColumnWriter{T}"/> does for fixed width.</summary>
public readonly ref struct VariableColumnWriter
{
    private readonly OutputRows _column;

    internal VariableColumnWriter(OutputRows column) => _column = column;

    /// <summary>
    /// Sets a row to bytes, or to a text that is UTF-8 already. The bytes are stored as they are, whether they are valid UTF-8 or
    /// not.
    /// </summary>
    public void Set(int row, ReadOnlySpan<byte> value) => _column.SetBytes(row, value);

    /// <summary>Sets a row to a text. It is stored as UTF-8; unpaired surrogates become U+FFFD.</summary>
    public void Set(int row, ReadOnlySpan<char> value) => _column.SetText(row, value);

    /// <summary>Sets a row to null: it certainly has no value. Null overwrites an absent value.</summary>
    public void SetNull(int row) => _column.SetNull(row);
}
