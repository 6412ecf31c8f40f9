using Signals.Storage.Primitives;
using Signals.Storage.Reads;

namespace Signals.Tests.Storage.Reads;

/// <summary>What happens where a column of an answer cannot grow any more. Nothing large is allocated here.</summary>
[Category("Fast")]
internal sealed class ColumnOutputTests
{
    [Test]
    public void ExtendValues_MoreBytesThanAnArrayHolds_SaysThatItIsTooLarge()
    {
        ColumnOutput output = new();
        output.Reset(ColumnType.Vector<float>(16_384));
        Exception error = Assert.Catch(() => output.ExtendValues(70_000))!; // 70,000 x 64 KiB: negative as an int
        Assert.That(AnswerTooLargeException.IsCausedBy(error), error.ToString());
        Assert.That(new AnswerTooLargeException("this", error).Message, Does.Contain("Last").And.Contains("2 GiB"));
        Assert.That(output.Values.Length, Is.Zero);
    }

    [Test]
    public void Extend_BeyondTheLongestArray_SaysThatItIsTooLarge()
    {
        PooledList<byte> list = new();
        list.Add(1);
        Exception error = Assert.Catch(() => list.Extend(int.MaxValue))!;
        Assert.That(AnswerTooLargeException.IsCausedBy(error), error.ToString());
    }
}
