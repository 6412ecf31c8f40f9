using Signals.Definitions;
using Signals.Parquet.Layout;
using Signals.Parquet.Native;
using Signals.Serving;

namespace Signals.Parquet.Features;

/// <summary>
/// A tensor of sequences that wait to become a row group, in the definition's layout: padded to the same rows each, or as many rows as a
/// sequence has, one after the other.
/// </summary>
/// <remarks>Thread contract: one thread. Lifetime: until disposed; reused by clearing.</remarks>
internal sealed class TensorBlock(TensorDescription shape) : IDisposable
{
    private readonly NativeBuffer _values = new();
    private readonly int _rowBytes = checked(shape.Width * ColumnType.FromKind(LakeNodes.KindOf(shape.Type), 1).Width);

    /// <summary>The elements of a row of the tensor; of a padded one, of a sequence.</summary>
    public int Stride { get; } = shape.Rows > 0 ? checked(shape.Rows * shape.Width) : shape.Width;

    /// <summary>Bytes of the elements, without spare room.</summary>
    public long UsedBytes { get; private set; }

    /// <summary>The elements of a row; of a padded tensor, of a sequence.</summary>
    public ReadOnlySpan<T> At<T>(int row)
        where T : unmanaged => _values.As<T>().Slice(checked(row * Stride), Stride);

    /// <summary>Adds the tensor of a sequence.</summary>
    public void Add(in ServedSequence sequence)
    {
        int rows = shape.Rows > 0 ? shape.Rows : sequence.Count;
        int bytes = checked(rows * _rowBytes);
        _values.Reserve(UsedBytes + bytes);
        Span<byte> place = _values.Span.Slice((int)UsedBytes, bytes);
        place.Clear();
        int own = sequence.Count * _rowBytes;
        sequence.WriteTensorBytes(shape, shape.Padding == PaddingSide.Left ? place[^own..] : place[..own]);
        UsedBytes += bytes;
    }

    /// <summary>Removes all sequences and keeps the memory.</summary>
    public void Clear() => UsedBytes = 0;

    /// <inheritdoc/>
    public void Dispose() => _values.Dispose();
}
