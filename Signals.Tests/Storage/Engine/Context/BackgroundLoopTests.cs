using Signals.Storage.Engine.Context;
using Signals.Storage.Primitives;

namespace Signals.Tests.Storage.Engine.Context;

/// <summary>The start of a background loop, which may come late or never.</summary>
[Category("Fast")]
internal sealed class BackgroundLoopTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    [Test]
    public void Dispose_NeverStarted_WaitsForNothing()
    {
        int runs = 0;
        BackgroundLoop loop = New(() => runs++);
        loop.Signal();
        loop.Dispose();
        loop.Start();
        Assert.That(runs, Is.Zero);
    }

    [Test]
    public void Signal_BeforeTheStart_IsRemembered()
    {
        using ManualResetEventSlim ran = new(initialState: false);
        using BackgroundLoop loop = New(ran.Set);
        loop.Signal();
        loop.Start();
        loop.Start(); // a second time does nothing
        Assert.That(ran.Wait(Patience), Is.True);
    }

    private static BackgroundLoop New(Action work) => new("test", work, Timeout.InfiniteTimeSpan, new FailStop());
}
