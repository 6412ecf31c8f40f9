using ParquetSharp;
using Signals.Definitions;
using Signals.Parquet.Writing;
using Signals.Serving;

namespace Signals.Parquet.Features;

/// <summary>The leaf of each kind of tensor. Pure.</summary>
internal static class TensorLeaves
{
    /// <summary>The leaf of a tensor.</summary>
    /// <param name="index">Its index among the tensors.</param>
    /// <param name="shape">Its shape.</param>
    public static FeatureLeaf Create(int index, TensorDescription shape) => shape.Type switch
    {
        TensorType.Float32 => Of<float, float>(index, shape, StoredCells.Same),
        TensorType.Float16 => Of<Half, FixedLenByteArray>(index, shape, StoredCells.Point),
        TensorType.Float64 => Of<double, double>(index, shape, StoredCells.Same),
        TensorType.Int8 => Of<sbyte, int>(index, shape, StoredCells.Widen),
        TensorType.Int16 => Of<short, int>(index, shape, StoredCells.Widen),
        TensorType.Int32 => Of<int, int>(index, shape, StoredCells.Same),
        TensorType.Int64 => Of<long, long>(index, shape, StoredCells.Same),
        _ => Of<byte, int>(index, shape, StoredCells.Widen),
    };

    private static FeatureLeaf Of<T, TStored>(int index, TensorDescription shape, StoreCells<T, TStored> store)
        where T : unmanaged
        where TStored : unmanaged
    {
        FeatureCells<T> cells = (block, row, _) => block.Tensors[index].At<T>(row);
        return shape.Rows > 0 ? new PaddedLeaf<T, TStored>(cells, store) : new ListLeaf<T, TStored>(cells, store, null, isNested: true);
    }
}
