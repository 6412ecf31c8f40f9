using FASTER.core;

namespace Signals.Bench.Candidates;

/// <summary>
/// Appends a row to the newest chunk of a user and type. A full chunk is passed to the output, so that the caller can store it
/// under its own key, and the newest chunk starts again empty.
/// </summary>
internal sealed class FasterFunctions : FunctionsBase<long, FasterChunk, PackedRow, FasterChunk, Empty>
{
    public override bool InitialUpdater(
        ref long key, ref PackedRow input, ref FasterChunk value, ref FasterChunk output, ref RMWInfo rmwInfo)
    {
        value.Earlier = 0;
        value.Count = 0;
        value.NewestEarlier = long.MinValue;
        value.Add(input);
        return true;
    }

    public override bool InPlaceUpdater(
        ref long key, ref PackedRow input, ref FasterChunk value, ref FasterChunk output, ref RMWInfo rmwInfo)
    {
        Append(ref value, input, ref output);
        return true;
    }

    public override bool CopyUpdater(
        ref long key,
        ref PackedRow input,
        ref FasterChunk oldValue,
        ref FasterChunk newValue,
        ref FasterChunk output,
        ref RMWInfo rmwInfo)
    {
        newValue = oldValue;
        Append(ref newValue, input, ref output);
        return true;
    }

    public override bool SingleReader(
        ref long key, ref PackedRow input, ref FasterChunk value, ref FasterChunk dst, ref ReadInfo readInfo)
    {
        dst = value;
        return true;
    }

    public override bool ConcurrentReader(
        ref long key, ref PackedRow input, ref FasterChunk value, ref FasterChunk dst, ref ReadInfo readInfo)
    {
        dst = value;
        return true;
    }

    public override bool SingleWriter(
        ref long key,
        ref PackedRow input,
        ref FasterChunk src,
        ref FasterChunk dst,
        ref FasterChunk output,
        ref UpsertInfo upsertInfo,
        WriteReason reason)
    {
        dst = src;
        return true;
    }

    private static void Append(ref FasterChunk value, in PackedRow row, ref FasterChunk output)
    {
        if (value.Count == FasterChunk.Rows)
        {
            output = value;
            value.Roll();
        }

        value.Add(row);
    }
}
