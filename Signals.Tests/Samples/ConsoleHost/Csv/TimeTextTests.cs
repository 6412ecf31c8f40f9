using System.Text;
using Signals.Samples.ConsoleHost.Csv;

namespace Signals.Tests.Samples.ConsoleHost.Csv;

/// <summary>Times as standards, databases, warehouses and version control write them.</summary>
[TestFixture]
public sealed class TimeTextTests
{
    private const long Moment = 1_291_191_960_000; // 2010-12-01 08:26:00 UTC

    [TestCase("2010-12-01T08:26:00Z")]
    [TestCase("2010-12-01t08:26:00z")]
    [TestCase("2010-12-01T08:26Z")]
    [TestCase("2010-12-01 08:26:00")]
    [TestCase("2010-12-01T08:26:00,000Z")]
    [TestCase("2010-12-01T08:26:00.000999999Z")]
    [TestCase("2010-12-01T09:26:00+01")]
    [TestCase("2010-12-01T09:26:00+0100")]
    [TestCase("2010-12-01T09:26:00+01:00")]
    [TestCase("2010-12-01T09:26:00.000+01:00[Europe/Paris]")]
    [TestCase("2010-12-01T08:25:59.999999999+00:00", -1)]
    [TestCase("2010-12-01T08:25:60Z")]
    [TestCase("20101201T082600Z")]
    [TestCase("20101201T0826Z")]
    [TestCase("20101201T092600+0100")]
    [TestCase("2010-335T08:26:00Z")]
    [TestCase("2010335T082600Z")]
    [TestCase("2010-W48-3T08:26:00Z")]
    [TestCase("2010W483T082600Z")]
    [TestCase("2010-12-01T08,5Z", 240_000)]
    [TestCase("2010-12-01T08:26.5Z", 30_000)]
    [TestCase("2010-12-01T08Z", -1_560_000)]
    [TestCase("2010/12/01 08:26:00")]
    [TestCase("2010-12-01 09:26:00.123456+01", 123)]
    [TestCase("2010-12-01 08:26:00+00")]
    [TestCase("2010-12-01 08:26:19+00:00:19")]
    [TestCase("2010-12-01 08:26:00.123456", 123)]
    [TestCase("2010-12-01 09:26:00.1234567 +01:00", 123)]
    [TestCase("Dec  1 2010  8:26AM")]
    [TestCase("Dec  1 2010  8:26:00:123AM", 123)]
    [TestCase("01-DEC-10 08.26.00.123456 AM", 123)]
    [TestCase("01-DEC-10 09.26.00.123456000 AM +01:00", 123)]
    [TestCase("01-Dec-2010 08:26:00")]
    [TestCase("2010-12-01 08:26:00 UTC")]
    [TestCase("2010-12-01 08:26:00.123456 UTC", 123)]
    [TestCase("2010-12-01 00:26:00.000 -0800")]
    [TestCase("Wed, 01 Dec 2010 00:26:00 -0800")]
    [TestCase("Wed, 1 Dec 2010 09:26:00 +0100")]
    [TestCase("Wed, 01 Dec 2010 08:26:00 GMT")]
    [TestCase("1 Dec 2010 08:26 UT")]
    [TestCase("Wed, 1 Dec 10 03:26:00 EST")]
    [TestCase("Wed, 1 Dec 2010 01:26:00 PDT")]
    [TestCase("Wed, 1 Dec 2010 09:26:00 +0100 (CET)")]
    [TestCase("Wed Dec 1 09:26:00 2010 +0100")]
    [TestCase("Wed Dec  1 08:26:00 2010")]
    [TestCase("2010-12-01 09:26:00 +0100")]
    [TestCase("2010-12-01T09:26:00+01:00")]
    [TestCase("2010-12-01 8:26:00")]
    [TestCase("2010-11-30T24:00:00Z", -30_360_000)]
    [TestCase("2010-11-30 24:00", -30_360_000)]
    [TestCase("20101130T240000.000Z", -30_360_000)]
    [TestCase("2010-11-30T24Z", -30_360_000)]
    [TestCase("Wed Dec 01 08:26:00 +0000 2010")]
    [TestCase("Wed Dec 01 09:26:00 +0100 2010")]
    [TestCase("Wed Dec  1 08:26:00 UTC 2010")]
    [TestCase("2010-12-01-08.26.00.123456", 123)]
    [TestCase("01/Dec/2010:09:26:00 +0100")]
    public void TryRead_AWidespreadForm_IsThatMoment(string text, long beyondMs = 0)
    {
        bool read = new TimeParser("iso").TryParse(Encoding.UTF8.GetBytes(text), out long timeMs);
        Assert.That((read, read ? timeMs - Moment : 0), Is.EqualTo((true, beyondMs)));
    }

    [TestCase("")]
    [TestCase("08:26")]
    [TestCase("2010")]
    [TestCase("2010-12")]
    [TestCase("01/12/2010 08:26")]
    [TestCase("01.12.2010 08:26")]
    [TestCase("12-01-2010")]
    [TestCase("2010-1-12")]
    [TestCase("2010-12-01T")]
    [TestCase("2010-12-01T25:00")]
    [TestCase("2010-12-01T08:60")]
    [TestCase("2010-12-01T08:26:61")]
    [TestCase("2010-12-01T08:26:00+24:00")]
    [TestCase("2010-12-01T08:26:00+01:60")]
    [TestCase("2010-12-01T08:26:00 CET")]
    [TestCase("2010-12-01T08:26:00[Europe/Paris]")]
    [TestCase("2010-12-01T13:26:00 PM")]
    [TestCase("2010-12-01T24:01Z")]
    [TestCase("2010-12-01T24:00:00.001Z")]
    [TestCase("24:00")]
    [TestCase("2010-12-01 08:26:00 CST")]
    [TestCase("Wed Dec  1 08:26:00 CST 2010")]
    [TestCase("2010-12-01-08")]
    [TestCase("2010-12-01-08:00")]
    [TestCase("01/Dec/2010")]
    [TestCase("9999-12-31T24:00")]
    [TestCase("2010-366")]
    [TestCase("2010-W53-1")]
    [TestCase("2010-W48-8")]
    [TestCase("Foo, 1 Dec 2010 08:26:00 GMT")]
    [TestCase("1 Foo 2010 08:26:00")]
    [TestCase("31 Nov 2010")]
    [TestCase("infinity")]
    [TestCase("1291191960")]
    [TestCase("0000-01-01")]
    public void TryRead_WhatIsNoMoment_IsRefused(string text) =>
        Assert.That(new TimeParser("iso").TryParse(Encoding.UTF8.GetBytes(text), out _), Is.False);

    [Test]
    public void TryRead_AnyBytes_NeverThrow([Range(1, 4)] int seed)
    {
        Random random = new(seed);
        byte[] alphabet = Encoding.UTF8.GetBytes("0123456789-:/.,TZW +[]()aDecWdPM");
        TimeParser parser = new("iso");
        for (int i = 0; i < 20_000; i++)
        {
            byte[] text = random.Next(3) == 0
                ? Encoding.UTF8.GetBytes("2010-12-01T08:26:00.5+01:00")
                : random.GetItems(alphabet, random.Next(0, 30));
            if (text.Length > 0)
            {
                text[random.Next(text.Length)] = random.GetItems(alphabet, 1)[0];
            }

            Assert.That(() => parser.TryParse(text.AsSpan(0, random.Next(text.Length + 1)), out _), Throws.Nothing);
            Assert.That(() => parser.Hint(text), Throws.Nothing);
        }
    }

    [TestCase("unix-s", "1700000001", true)]
    [TestCase("unix-ms", "1700000001", false, "unix-s")]
    [TestCase("unix-us", "1700000001", false, "unix-s")]
    [TestCase("unix-s", "1700000001000", false, "unix-ms")]
    [TestCase("unix-s", "1700000001000000", false, "unix-us")]
    [TestCase("unix-ms", "1700000001000000000", false, "unix-ns")]
    [TestCase("unix-us", "1700000001000000", true)]
    [TestCase("unix-ns", "1700000001000000000", true)]
    [TestCase("unix-s", "1700000001 +0100", true)]
    [TestCase("unix-s", "1700000001.0009", true)]
    [TestCase("unix-us", "1700000001000999", true)]
    [TestCase("unix-ns", "1700000001000999999", true)]
    [TestCase("iso", "1700000001", false, "unix-s")]
    [TestCase("iso", "1700000001.5", false, "unix-s")]
    [TestCase("unix-ms", "2023-11-14 22:13:21", false, "--time-format iso")]
    [TestCase("iso", "2023-11-14 23:13:21 Europe/Berlin", false, "offset")]
    [TestCase("iso", "2023-11-14 23:13:21 CST", false, "offset")]
    [TestCase("iso", "14/11/2023 22:13:21", false, "dd/MM/yyyy")]
    [TestCase("dd/MM/yyyy", "2023-11-14", false, "--time-format iso")]
    public void TryParse_AnotherUnitOrForm_IsRefusedWithTheOption(string format, string text, bool fits, string hint = "")
    {
        TimeParser parser = new(format);
        byte[] cell = Encoding.UTF8.GetBytes(text);
        bool read = parser.TryParse(cell, out long timeMs);
        Assert.That(read, Is.EqualTo(fits));
        Assert.That(read ? timeMs : 1_700_000_001_000, Is.EqualTo(1_700_000_001_000));
        Assert.That(read ? "" : parser.Hint(cell), Does.Contain(hint));
    }
}
