using ParquetSharp;

namespace Signals.Parquet.Reading;

/// <summary>An open row group, and where it is. Immutable.</summary>
/// <param name="File">The path of the file.</param>
/// <param name="RowGroup">The row group in the file, from 0.</param>
/// <param name="Reader">The open row group.</param>
internal readonly record struct GroupPlace(string File, int RowGroup, RowGroupReader Reader);
