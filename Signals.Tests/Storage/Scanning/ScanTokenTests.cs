using Signals.Scanning;

namespace Signals.Tests.Storage.Scanning;

/// <summary>The text of a token: pinned, and refused when it was changed.</summary>
[Category("Fast")]
internal sealed class ScanTokenTests
{
    private const string Golden = "AQEIAAgHBgUEAwIBGBcWFRQTEhEA3LGmnAEAAP7_________cHVyY2hhc2X2IXsm";

    private static readonly ScanToken Token = new(
        "purchase", SequenceOrder.OldestFirst, new UserId(0x0102030405060708, 0x1112131415161718), 1_772_323_200_000, ulong.MaxValue - 1);

    [Test]
    public void ToString_OfAToken_IsPinned() => Assert.That(Token.ToString(), Is.EqualTo(Golden));

    [Test]
    public void Parse_OfWhatWasWritten_IsTheToken()
    {
        Assert.That(ScanToken.Parse(Golden), Is.EqualTo(Token));
        ScanToken strange = new("é", SequenceOrder.NewestFirst, default, long.MinValue, 0);
        Assert.That(ScanToken.Parse(strange.ToString()), Is.EqualTo(strange));
        Assert.That(strange, Is.Not.EqualTo(Token));
    }

    [Test]
    public void TryParse_ChangedTexts_AreRefused()
    {
        for (int at = 0; at < Golden.Length; at++)
        {
            Assert.That(ScanToken.TryParse(Golden[..at], out _), Is.False, $"cut at {at}");
            foreach (char other in "A_-9z=\n\u20ac ")
            {
                string changed = string.Concat(Golden.AsSpan(0, at), other.ToString(), Golden.AsSpan(at + 1));
                Assert.That(!ScanToken.TryParse(changed, out ScanToken? read) || read.Equals(Token), $"{other} at {at}");
            }
        }

        Assert.That(ScanToken.TryParse(null, out _), Is.False);
        Assert.That(ScanToken.TryParse("", out _), Is.False);
        Assert.That(ScanToken.TryParse(new string('A', 1 << 20), out _), Is.False);
        Assert.That(() => ScanToken.Parse(Golden[1..]), Throws.InstanceOf<FormatException>().With.Message.Contains("ScanToken.ToString"));
    }
}
