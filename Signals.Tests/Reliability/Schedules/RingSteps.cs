using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Signals.Core.Ingest;

namespace Signals.Tests.Reliability.Schedules;

/// <summary>
/// Claims and settlements of the ring as steps of their own: a claim is a ref struct, which no iterator can keep from one step to the next,
/// so its place is kept instead. Threads: one at a time.
/// </summary>
internal static unsafe class RingSteps
{
    public const int Length = RecordFormat.HeaderLength + sizeof(long);

    /// <summary>The place of a claim, or 0.</summary>
    public static nint Claim(ByteRing ring)
    {
        if (!ring.TryClaim(Length, out RingClaim claim))
        {
            return 0;
        }

        return (nint)Unsafe.AsPointer(ref MemoryMarshal.GetReference(claim.Span));
    }

    public static void Write(nint place, long value)
    {
        Span<byte> record = new((void*)place, Length);
        RecordFormat.WriteHeader(record, RecordKind.Events, 1, typeId: 0);
        BinaryPrimitives.WriteInt64LittleEndian(record[RecordFormat.HeaderLength..], value);
    }

    /// <summary>Publishes the record, as padding when it is aborted.</summary>
    public static void Settle(ByteRing ring, nint place, bool abort)
    {
        if (abort)
        {
            ((byte*)place)[RecordFormat.KindOffset] = (byte)RecordKind.Padding;
        }

        ring.Publish((byte*)place, Length);
    }
}
