using System.Buffers.Binary;

namespace Signals.Bench.Workloads;

/// <summary>The enrichment of an event: 64 signed bytes that are computed from its id. Stateless.</summary>
internal static class Vectors64
{
    public const int Dimensions = 64;

    /// <summary>Computes the vector of the event with this id.</summary>
    public static void Write(ulong id, Span<byte> vector)
    {
        ulong state = id;
        for (int at = 0; at < Dimensions; at += sizeof(ulong))
        {
            state += 0x9E37_79B9_7F4A_7C15;
            ulong mixed = (state ^ (state >> 30)) * 0xBF58_476D_1CE4_E5B9;
            BinaryPrimitives.WriteUInt64LittleEndian(vector[at..], mixed ^ (mixed >> 31));
        }
    }
}
