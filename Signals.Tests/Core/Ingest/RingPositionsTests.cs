using System.Runtime.CompilerServices;
using Signals.Core.Ingest;

namespace Signals.Tests.Core.Ingest;

/// <summary>Proves that the two positions share a cache line neither with each other nor with the ring's other fields.</summary>
[Category("Fast")]
internal sealed class RingPositionsTests
{
    [Test]
    public void Layout_TailAndHead_AreAPairOfCacheLinesApartFromEverything()
    {
        var positions = default(RingPositions);
        long tail = Offset(ref positions, ref positions.Tail);
        long head = Offset(ref positions, ref positions.Head);

        Assert.That(tail, Is.GreaterThanOrEqualTo(128), "from the field before");
        Assert.That(head - tail, Is.GreaterThanOrEqualTo(128), "from each other");
        Assert.That(Unsafe.SizeOf<RingPositions>() - head, Is.GreaterThanOrEqualTo(128), "from the field after");
    }

    private static long Offset(ref RingPositions positions, ref long field) =>
        Unsafe.ByteOffset(ref Unsafe.As<RingPositions, long>(ref positions), ref field);
}
