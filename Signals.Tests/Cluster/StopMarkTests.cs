using Signals.Orleans.Replicas;

namespace Signals.Tests.Cluster;

/// <summary>Where a replica stands: the feed says so while another thread finds that it has gone on.</summary>
[Category("Fast")]
internal sealed class StopMarkTests
{
    [Test]
    public void Lift_TheFeedHasStoppedAgainSince_LeavesTheNewStop()
    {
        StopMark mark = new();
        mark.Set(new ReplicaStop(3, new IOException("the first")));
        ReplicaStop seen = mark.Current!;
        mark.Set(new ReplicaStop(7, new IOException("the second")));
        mark.Lift(seen);
        Assert.That(mark.Current?.Error.Message, Is.EqualTo("the second"));
        mark.Lift(mark.Current!);
        Assert.That(mark.Current, Is.Null);
    }

    [Test]
    public void Set_AtTheSamePlace_IsNoNews()
    {
        StopMark mark = new();
        bool[] news = [.. new long[] { 3, 3, 4 }.Select(at => mark.Set(new ReplicaStop(at, new IOException())))];
        Assert.That(news, Is.EqualTo(new[] { true, false, true }));
        mark.Clear();
        Assert.That(mark.Set(new ReplicaStop(4, new IOException())), "the store was opened anew");
    }
}
