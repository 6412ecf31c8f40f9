using System.IO.Compression;
using Signals.Samples.ConsoleHost.Input.Gzip;

namespace Signals.Tests.Samples.ConsoleHost.Input;

/// <summary>Gzip is unpacked as the platform does it, but every byte of the input is accounted for.</summary>
[TestFixture]
public sealed class GzipInputTests
{
    [Test]
    public void Read_AnyMembers_GivesWhatWasPacked([Range(1, 12)] int seed, [Values(1, 7, 4096)] int bytesPerRead)
    {
        Random random = new(seed);
        using MemoryStream packed = new();
        using MemoryStream plain = new();
        for (int member = random.Next(1, 4); member > 0; member--)
        {
            byte[] bytes = Bytes(random);
            plain.Write(bytes);
            using GZipStream gzip = new(packed, (CompressionLevel)random.Next(4), leaveOpen: true);
            gzip.Write(bytes);
        }

        byte[] whole = packed.ToArray();
        Assert.That(Unpack(whole, bytesPerRead), Is.EqualTo(plain.ToArray()));

        // Cut off anywhere, or with a byte behind it that is no member: never a shorter answer.
        int cut = random.Next(1, whole.Length);
        Assert.That(
            () => Unpack(whole[..^cut], bytesPerRead), Throws.TypeOf<InvalidDataException>().Or.Property("Length").LessThan(plain.Length));
        Assert.That(
            () => Unpack([.. whole, (byte)random.Next(256)], bytesPerRead),
            Throws.TypeOf<InvalidDataException>().With.Message.Contains($"byte {whole.Length}"));
    }

    [Test]
    public void Read_AFlippedBit_IsNeverAnotherText([Range(1, 4)] int seed)
    {
        Random random = new(seed);
        byte[] plain = Bytes(random)[..Math.Min(400, 1 + random.Next(400))];
        using MemoryStream packed = new();
        using (GZipStream gzip = new(packed, CompressionLevel.Optimal, leaveOpen: true))
        {
            gzip.Write(plain);
        }

        byte[] whole = packed.ToArray();
        for (int bit = 0; bit < whole.Length * 8; bit++)
        {
            byte[] damaged = [.. whole];
            damaged[bit / 8] ^= (byte)(1 << (bit % 8));
            byte[]? read = null;
            try
            {
                read = Unpack(damaged, 4096);
            }
            catch (InvalidDataException)
            {
                continue;
            }

            // Some bits mean nothing: the time and the operating system, what fills up a last byte.
            Assert.That(read, Is.EqualTo(plain), $"bit {bit}");
        }
    }

    [Test]
    public void Read_OptionalParts_AreSkipped()
    {
        using MemoryStream packed = new();
        using (GZipStream gzip = new(packed, CompressionLevel.Optimal, leaveOpen: true))
        {
            gzip.Write("text"u8);
        }

        byte[] whole = packed.ToArray();
        byte[] header = [0x1F, 0x8B, 8, 2 | 4 | 8 | 16, 0, 0, 0, 0, 0, 3, 2, 0, 9, 9, .. "name\0"u8, .. "comment\0"u8, 1, 2];
        Assert.That(Unpack([.. header, .. whole[10..]], 1), Is.EqualTo("text"u8.ToArray()));
    }

    private static byte[] Bytes(Random random)
    {
        byte[] bytes = new byte[random.Next(0, 200_000)];
        random.NextBytes(bytes);
        if (random.Next(2) == 0)
        {
            // Text-like, with repeats near and far.
            for (int i = 0; i < bytes.Length; i++)
            {
                bytes[i] = i > 40_000 && bytes[i] < 128 ? bytes[i - 32_768 + (bytes[i] & 7)] : (byte)('a' + (bytes[i] % 20));
            }
        }

        return bytes;
    }

    private static byte[] Unpack(byte[] packed, int bytesPerRead)
    {
        using GzipInput input = new(new SlowStream(packed, bytesPerRead));
        using MemoryStream plain = new();
        input.CopyTo(plain, 5000);
        return plain.ToArray();
    }
}
