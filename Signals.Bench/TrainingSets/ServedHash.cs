using System.IO.Hashing;
using System.Runtime.InteropServices;
using Signals.Serving;

namespace Signals.Bench.TrainingSets;

/// <summary>A number that follows from all that a sequence holds. Pure.</summary>
internal static class ServedHash
{
    public static ulong Of(in ServedSequence sequence)
    {
        XxHash3 hash = new();
        hash.Append(MemoryMarshal.AsBytes(sequence.Times));
        hash.Append(MemoryMarshal.AsBytes(sequence.Ids));
        foreach (string column in sequence.ColumnNames)
        {
            hash.Append(sequence.FixedBytes(column));
            hash.Append(MemoryMarshal.AsBytes(sequence.States(column)));
        }

        return hash.GetCurrentHashAsUInt64();
    }
}
