using System.Diagnostics;
using CsCheck;

namespace Signals.Tests.Reliability.MetaModel;

/// <summary>
/// Random schemas and histories against a dictionary: where a flush, a compaction, a reopen or a crash falls must not be seen in any
/// answer. CsCheck prints the seed of a failure and shortens its history.
/// </summary>
[Category("Reliability")]
internal sealed class MetaModelTests
{
    /// <summary>Histories per run; SIGNALS_TEST_SCALE multiplies them.</summary>
    private const int Histories = 3000;

    [Test]
    public void Answers_AnyHistory_EqualTheModel()
    {
        Stopwatch time = Stopwatch.StartNew();
        long operations = 0;
        Gen.Select(Gen.ULong, Gen.ULong.Array[5, 120]).Sample(
            (seed, history) => { Interlocked.Add(ref operations, MetaHistory.Run(seed, history)); },
            iter: TestScale.Of(Histories),
            print: history => $"seed {history.Item1}, operations [{string.Join(", ", history.Item2)}]");
        TestContext.Out.WriteLine($"{TestScale.Of(Histories)} histories, {operations} operations in {time.ElapsedMilliseconds} ms");
    }
}
