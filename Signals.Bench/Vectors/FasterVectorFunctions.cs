using FASTER.core;

namespace Signals.Bench.Vectors;

/// <summary>
/// Appends a row to the newest chunk of a user. A full chunk is passed to the output, so that the caller can store it under its
/// own key, and the newest chunk starts again empty.
/// </summary>
internal sealed class FasterVectorFunctions<TVector>
    : FunctionsBase<long, VectorChunk<TVector>, VectorRow<TVector>, VectorChunk<TVector>, Empty>
    where TVector : unmanaged
{
    public override bool InitialUpdater(
        ref long key, ref VectorRow<TVector> input, ref VectorChunk<TVector> value, ref VectorChunk<TVector> output, ref RMWInfo rmwInfo)
    {
        value.Earlier = 0;
        value.Count = 0;
        value.NewestEarlier = long.MinValue;
        value.Add(input);
        return true;
    }

    public override bool InPlaceUpdater(
        ref long key, ref VectorRow<TVector> input, ref VectorChunk<TVector> value, ref VectorChunk<TVector> output, ref RMWInfo rmwInfo)
    {
        Append(ref value, input, ref output);
        return true;
    }

    public override bool CopyUpdater(
        ref long key,
        ref VectorRow<TVector> input,
        ref VectorChunk<TVector> oldValue,
        ref VectorChunk<TVector> newValue,
        ref VectorChunk<TVector> output,
        ref RMWInfo rmwInfo)
    {
        newValue = oldValue;
        Append(ref newValue, input, ref output);
        return true;
    }

    public override bool SingleReader(
        ref long key, ref VectorRow<TVector> input, ref VectorChunk<TVector> value, ref VectorChunk<TVector> dst, ref ReadInfo readInfo)
    {
        dst = value;
        return true;
    }

    public override bool ConcurrentReader(
        ref long key, ref VectorRow<TVector> input, ref VectorChunk<TVector> value, ref VectorChunk<TVector> dst, ref ReadInfo readInfo)
    {
        dst = value;
        return true;
    }

    public override bool SingleWriter(
        ref long key,
        ref VectorRow<TVector> input,
        ref VectorChunk<TVector> src,
        ref VectorChunk<TVector> dst,
        ref VectorChunk<TVector> output,
        ref UpsertInfo upsertInfo,
        WriteReason reason)
    {
        dst = src;
        return true;
    }

    private static void Append(ref VectorChunk<TVector> value, in VectorRow<TVector> row, ref VectorChunk<TVector> output)
    {
        if (value.Count == VectorChunk<TVector>.Rows)
        {
            output = value;
            value.Roll();
        }

        value.Add(row);
    }
}
