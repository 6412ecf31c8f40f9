namespace Signals.Core.Enrichment;

/// <summary>As <see cref="ColumnWriter{T}"/>, for a text or bytes output.</summary>
public readonly ref struct VariableColumnWriter
{
    private readonly OutputRows _column;

    internal VariableColumnWriter(OutputRows column) => _column = column;

    /// <summary>Sets a row to bytes, or to a text that is UTF-8 already; they are kept as they are, valid UTF-8 or not.</summary>
    public void Set(int row, ReadOnlySpan<byte> value) => _column.SetBytes(row, value);

    /// <summary>Sets a row to a text, kept as UTF-8; unpaired surrogates become U+FFFD.</summary>
    public void Set(int row, ReadOnlySpan<char> value) => _column.SetText(row, value);

    /// <summary>Says that the row certainly has no value, which overwrites what is absent.</summary>
    public void SetNull(int row) => _column.SetNull(row);
}
