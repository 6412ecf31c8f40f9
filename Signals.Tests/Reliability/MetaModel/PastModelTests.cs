using System.Diagnostics;
using CsCheck;

namespace Signals.Tests.Reliability.MetaModel;

/// <summary>
/// Random histories of a store that keeps its versions, against a model of which every state is kept: late events, duplicates,
/// segments that insert, correct, enrich and retract, flushes, merges, folds, reopens, crashes, erasures and checkpoints in
/// between. CsCheck prints the seed of a failure and shortens its history.
/// </summary>
[Category("Reliability")]
internal sealed class PastModelTests
{
    private const int Histories = 150;

    [Test]
    public void ReceiptsAndStates_AnyHistory_EqualTheModelOfThen()
    {
        Stopwatch time = Stopwatch.StartNew();
        long rebuilt = 0;
        long refused = 0;
        long states = 0;
        int histories = TestScale.Of(Histories);
        Gen.Select(Gen.ULong, Gen.ULong.Array[20, 120]).Sample(
            (seed, history) =>
            {
                PastMarks past = MetaHistory.RunWithPast(seed, history);
                Interlocked.Add(ref rebuilt, past.Rebuilt);
                Interlocked.Add(ref refused, past.Refused);
                Interlocked.Add(ref states, past.Compared);
            },
            iter: histories,
            print: history => $"seed {history.Item1}, operations [{string.Join(", ", history.Item2)}]");
        TestContext.Out.WriteLine(
            $"{histories} histories: {rebuilt} receipts rebuilt, {states} states compared, "
                + $"{refused} rightly refused in {time.ElapsedMilliseconds} ms");
        Assert.That(rebuilt, Is.GreaterThan(40L * histories));
    }
}
