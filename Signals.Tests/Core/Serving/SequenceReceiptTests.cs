using Signals.Serving;

namespace Signals.Tests.Core.Serving;

/// <summary>The bytes of a receipt; what is none is refused.</summary>
[Category("Fast")]
internal sealed class SequenceReceiptTests
{
    private const string Golden =
        "0100000000000000" + "0200000000000000" + "8877665544332211" + "0010000000000000"
            + "00E40B549C010000" + "2A000000" + "10000018" + "EFBEADDE" + "DBEE02A4";

    private static readonly SequenceReceipt Receipt = new()
    {
        User = new UserId(1, 2),
        Definition = 0x1122_3344_5566_7788,
        Position = 4096,
        AsOfMs = 0x19C_540B_E400,
        Version = 42,
        Length = 16,
        Status = ServingStatus.UnknownUser,
        Checksum = 0xDEADBEEF,
    };

    [Test]
    public void TryWrite_KnownReceipt_GivesTheGoldenBytes()
    {
        byte[] bytes = new byte[SequenceReceipt.Bytes];
        Assert.That(Receipt.TryWrite(bytes));
        Assert.That(Convert.ToHexString(bytes), Is.EqualTo(Golden));
        Assert.That(Receipt.TryWrite(bytes.AsSpan(1)), Is.False);
    }

    [Test]
    public void TryRead_GoldenBytes_GivesTheReceipt()
    {
        Assert.That(SequenceReceipt.TryRead([.. Convert.FromHexString(Golden), 1, 2], out SequenceReceipt read));
        Assert.That(read, Is.EqualTo(Receipt));
        Assert.That(SequenceReceipt.TryRead(Convert.FromHexString(Golden).AsSpan(..^1), out _), Is.False);
    }

    [Test]
    public void TryRead_AnyBitFlipped_IsRefused()
    {
        for (int bit = 0; bit < SequenceReceipt.Bytes * 8; bit++)
        {
            byte[] bytes = Convert.FromHexString(Golden);
            bytes[bit / 8] ^= (byte)(1 << (bit % 8));
            Assert.That(SequenceReceipt.TryRead(bytes, out _), Is.False, $"bit {bit}");
        }
    }
}
