using Signals.Core.Definitions.Values;

namespace Signals.Tests.Core.Definitions;

[Category("Fast")]
internal sealed class DurationsTests
{
    [TestCase(0, "0ms")]
    [TestCase(1, "1ms")]
    [TestCase(1000, "1s")]
    [TestCase(90_000, "90s")]
    [TestCase(86_400_000, "1d")]
    [TestCase(86_400_001, "86400001ms")]
    public void Format_Length_IsReadBack(long milliseconds, string text)
    {
        Assert.That(Durations.Format(milliseconds), Is.EqualTo(text));
        Assert.That(Durations.TryParse(text, out long read), Is.True);
        Assert.That(read, Is.EqualTo(milliseconds));
    }

    [TestCase("")]
    [TestCase("d")]
    [TestCase("5")]
    [TestCase("-5d")]
    [TestCase("5 d")]
    [TestCase("5D")]
    [TestCase("999999999999999999d")]
    [TestCase("9999999999999999999ms")]
    public void TryParse_NoLength_IsFalse(string text) => Assert.That(Durations.TryParse(text, out _), Is.False);
}
