using System.IO.Hashing;
using Signals.Storage.Primitives;

namespace Signals.Tests.Storage.Primitives;

/// <summary>The hash is the XXH128 of the base class library, whatever the length and however the bytes are cut.</summary>
[Category("Fast")]
internal sealed class ContentHashTests
{
    [Test]
    public void Value_AnyLength_EqualsThatOfTheLibrary()
    {
        byte[] bytes = Bytes(5000);
        for (int length = 0; length <= bytes.Length; length++)
        {
            ContentHash hash = new();
            hash.Append(bytes.AsSpan(0, length));
            Assert.That(hash.Value, Is.EqualTo(XxHash128.HashToUInt128(bytes.AsSpan(0, length))), $"of {length} bytes");
        }
    }

    [Test]
    public void Append_AnyPieces_GivesTheHashOfTheWholeAtEachStep([Values(1, 63, 64, 65, 240, 1024, 1500)] int most)
    {
        Random random = new(most);
        byte[] bytes = Bytes(40 * most);
        ContentHash hash = new();
        for (int at = 0; at < bytes.Length;)
        {
            int length = Math.Min(random.Next(most + 1), bytes.Length - at);
            hash.Append(bytes.AsSpan(at, length));
            at += length;
            Assert.That(hash.Value, Is.EqualTo(XxHash128.HashToUInt128(bytes.AsSpan(0, at))), $"of {at} bytes");
        }
    }

    private static byte[] Bytes(int length)
    {
        byte[] bytes = new byte[length];
        new Random(length).NextBytes(bytes);
        return bytes;
    }
}
