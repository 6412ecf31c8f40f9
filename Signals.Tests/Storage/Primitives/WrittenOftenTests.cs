using System.Runtime.CompilerServices;
using Signals.Storage.Primitives;

namespace Signals.Tests.Storage.Primitives;

/// <summary>Proves that such a number shares no pair of cache lines with the fields before and after it.</summary>
[Category("Fast")]
internal sealed class WrittenOftenTests
{
    [Test]
    public void Layout_Value_IsAPairOfCacheLinesApartFromEverything()
    {
        var number = default(WrittenOften);
        long offset = Unsafe.ByteOffset(ref Unsafe.As<WrittenOften, long>(ref number), ref number.Value);
        Assert.That(offset, Is.GreaterThanOrEqualTo(128), "from the field before");
        Assert.That(Unsafe.SizeOf<WrittenOften>() - offset, Is.GreaterThanOrEqualTo(128), "from the field after");
    }
}
