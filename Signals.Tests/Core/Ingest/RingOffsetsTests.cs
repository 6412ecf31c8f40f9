using System.Runtime.CompilerServices;
using Signals.Core.Ingest;

namespace Signals.Tests.Core.Ingest;

/// <summary>Proves that the two offsets share a cache line neither with each other nor with the ring's other fields.</summary>
[Category("Fast")]
internal sealed class RingOffsetsTests
{
    [Test]
    public void Layout_TailAndHead_AreAPairOfCacheLinesApartFromEverything()
    {
        var offsets = default(RingOffsets);
        long tail = Offset(ref offsets, ref offsets.Tail);
        long head = Offset(ref offsets, ref offsets.Head);

        Assert.That(tail, Is.GreaterThanOrEqualTo(128), "from the field before");
        Assert.That(head - tail, Is.GreaterThanOrEqualTo(128), "from each other");
        Assert.That(Unsafe.SizeOf<RingOffsets>() - head, Is.GreaterThanOrEqualTo(128), "from the field after");
    }

    private static long Offset(ref RingOffsets offsets, ref long field) =>
        Unsafe.ByteOffset(ref Unsafe.As<RingOffsets, long>(ref offsets), ref field);
}
