using System.Diagnostics;
using Signals.Bench.Micro;

namespace Signals.Tests.Bench;

/// <summary>
/// A loop over typed events takes no longer than one over the spans of its columns. By the processor time of the thread, and the least of
/// many rounds, so that it holds on a busy machine. Alone, because the compiler optimises once it has had nothing new for a moment.
/// </summary>
[Category("Fast")]
[NonParallelizable]
internal sealed class TypedReadCostTests
{
    // What is left for a machine whose caches others use, and for a compiler that other tests have taught. Before the read was kept out of
    // the caller's loop it was 1.7.
    private const double Most = 1.35;
    private const int FewestRounds = 100; // the compiler needs the first ones
    private const int Reads = 200;

    // The compiler works beside the loop, and on a busy machine it may take long to come to it.
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(5);

    [Test]
    public void Foreach_OverTypedEvents_CostsWhatALoopOverSpansCosts()
    {
        TypedEventBenchmarks work = new();
        work.Open();
        try
        {
            AssertEqual(() => work.EventsByHand(), () => work.EventsTyped());
            AssertEqual(() => work.RowsByHand(), () => work.RowsTyped());
        }
        finally
        {
            work.Close();
        }
    }

    private static void AssertEqual(Func<double> byHand, Func<double> typed)
    {
        long hand = long.MaxValue;
        long own = long.MaxValue;
        using ManualResetEventSlim never = new();
        long began = Stopwatch.GetTimestamp();
        for (int round = 0; round < FewestRounds || (own > hand * Most && Stopwatch.GetElapsedTime(began) < Patience); round++)
        {
            hand = Math.Min(hand, Time(byHand));
            own = Math.Min(own, Time(typed));
            never.Wait(Pause);
        }

        Assert.That((double)own / hand, Is.LessThanOrEqualTo(Most), $"by hand {hand} ns, typed {own} ns");
    }

    private static long Time(Func<double> read)
    {
        long began = ThreadTime.Now();
        for (int i = 0; i < Reads; i++)
        {
            read();
        }

        return ThreadTime.Now() - began;
    }
}
