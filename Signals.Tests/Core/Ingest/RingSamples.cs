using System.Buffers.Binary;
using Signals.Core.Ingest;

namespace Signals.Tests.Core.Ingest;

/// <summary>Shorthand over a ring, shared by the tests of this folder.</summary>
internal static class RingSamples
{
    /// <summary>Claims, marks and commits one record; false when the ring is full or closed.</summary>
    public static bool TryWrite(ByteRing ring, int length, ulong mark)
    {
        if (!ring.TryClaim(length, out RingClaim claim))
        {
            return false;
        }

        Fill(claim.Span, mark);
        claim.Commit();
        return true;
    }

    /// <summary>A record whose every body word is the mark.</summary>
    public static void Fill(Span<byte> record, ulong mark)
    {
        RecordFormat.WriteHeader(record, RecordKind.Events, version: 1, typeId: 7);
        for (int i = RecordFormat.HeaderLength; i < record.Length; i += sizeof(ulong))
        {
            BinaryPrimitives.WriteUInt64LittleEndian(record[i..], mark);
        }
    }

    /// <summary>The mark of a record, after checking that all of it is intact.</summary>
    public static ulong Mark(ReadOnlySpan<byte> record)
    {
        ulong mark = BinaryPrimitives.ReadUInt64LittleEndian(record[RecordFormat.HeaderLength..]);
        for (int i = RecordFormat.HeaderLength; i < record.Length; i += sizeof(ulong))
        {
            if (BinaryPrimitives.ReadUInt64LittleEndian(record[i..]) != mark)
            {
                throw new InvalidDataException($"Record {mark:x} is torn at byte {i}.");
            }
        }

        return mark;
    }

    /// <summary>Takes everything published: the marks in order, one list per run.</summary>
    public static List<List<ulong>> Drain(ByteRing ring, int maxBytes = int.MaxValue)
    {
        var runs = new List<List<ulong>>();
        while (ring.TryPeekRun(maxBytes, out RingSpan span))
        {
            var marks = new List<ulong>();
            foreach (ReadOnlySpan<byte> record in Records(span))
            {
                marks.Add(Mark(record));
            }

            runs.Add(marks);
            ring.Release(span);
        }

        return runs;
    }

    public static RecordEnumerator Records(RingSpan span) => new(span.Bytes);
}
