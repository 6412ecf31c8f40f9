using System.Numerics;
using System.Text;
using Signals.Storage.Primitives;

namespace Signals.Tests.Storage.Primitives;

/// <summary>The checksum gives the published values, however the bytes are cut.</summary>
[Category("Fast")]
internal sealed class Crc32CTests
{
    [TestCase("", 0x00000000u)]
    [TestCase("a", 0xC1D04330u)]
    [TestCase("123456789", 0xE3069283u)]
    [TestCase("The quick brown fox jumps over the lazy dog", 0x22620404u)]
    public void Compute_KnownText_GivesPublishedValue(string text, uint expected) =>
        Assert.That(Crc32C.Compute(Encoding.ASCII.GetBytes(text)), Is.EqualTo(expected));

    // RFC 3720, appendix B.4.
    [TestCase(0x00, 0, 0x8A9136AAu)]
    [TestCase(0xFF, 0, 0x62A8AB43u)]
    [TestCase(0x00, 1, 0x46DD794Eu)]
    [TestCase(0x1F, -1, 0x113FDB5Cu)]
    public void Compute_ThirtyTwoBytesOfRfc3720_GivesPublishedValue(int first, int step, uint expected)
    {
        byte[] data = [.. Enumerable.Range(0, 32).Select(i => (byte)(first + (i * step)))];
        Assert.That(Crc32C.Compute(data), Is.EqualTo(expected));
    }

    // Long spans are taken as three lanes.
    [Test]
    public void Append_LongSpan_EqualsTakingOneByteAfterTheOther([Values(0, 1, 7)] int start)
    {
        byte[] data = new byte[10_000];
        new Random(start).NextBytes(data);
        uint state = ~0u;
        for (int end = start; end < data.Length; end++)
        {
            if (end % 97 == 0 || end % 1024 is 0 or 1023)
            {
                Assert.That(Crc32C.Compute(data.AsSpan(start, end - start)), Is.EqualTo(~state), $"of {end - start} bytes");
                Assert.That(Crc32C.Append(Crc32C.Compute(data.AsSpan(start, end - start)), data.AsSpan(end)),
                    Is.EqualTo(Crc32C.Compute(data.AsSpan(start))), $"cut after {end - start} bytes");
            }

            state = BitOperations.Crc32C(state, data[end]);
        }
    }

    [Test]
    public void Append_AnySplit_EqualsCompute([Range(0, 40)] int split)
    {
        byte[] data = [.. Enumerable.Range(0, 40).Select(i => (byte)(i * 37))];
        Assert.That(Crc32C.Append(Crc32C.Compute(data.AsSpan(0, split)), data.AsSpan(split)), Is.EqualTo(Crc32C.Compute(data)));
    }
}
