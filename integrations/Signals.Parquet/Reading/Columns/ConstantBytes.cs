using System.Text;

namespace Signals.Parquet.Reading.Columns;

/// <summary>A text that is a part of the path, such as <c>country=NL</c>: the same in every row of the file.</summary>
internal sealed class ConstantBytes : BytesCursor
{
    private readonly byte[] _value;

    /// <summary>Creates the column.</summary>
    /// <param name="name">The name in the path.</param>
    /// <param name="value">The text; null when the path says that it has none.</param>
    /// <param name="batchRows">The most rows of a batch.</param>
    public ConstantBytes(string name, string? value, int batchRows)
        : base(name, batchRows)
    {
        _value = Encoding.UTF8.GetBytes(value ?? "");
        Array.Fill(Marks, value is null ? RowMark.Missing : RowMark.Value);
    }

    public override ReadOnlySpan<byte> ValueOf(int row) => _value;

    public override void Read(int rows)
    {
        // The rows are filled once and never change.
    }

    public override string ReasonOf(int row) => $"column '{Source}' cannot be read.";

    public override void Dispose()
    {
        // It holds nothing.
    }
}
