using Signals.Orleans;
using Signals.Orleans.Replicas;
using Signals.Orleans.Wire;
using Signals.Tests.Cluster.Observing;

namespace Signals.Tests.Cluster;

/// <summary>How a machine opens its stores, and what a replica says that cannot answer.</summary>
[Category("Reliability")]
internal sealed class OpeningTests
{
    [Test]
    public async Task Open_ManyPartitionsAtOnce_AFewAtATime()
    {
        const int Partitions = 12;
        int most = Math.Max(2, Environment.ProcessorCount / 2);
        int opening = 0;
        int highest = 0;
        int opened = 0;
        using Barrier together = new(participantCount: 2);
        await using LoneMachine machine = new(Partitions, options => options.OnStoreOpened(_ =>
        {
            int now = Interlocked.Increment(ref opening);
            InterlockedMax(ref highest, now);
            together.SignalAndWait(TimeSpan.FromMilliseconds(50)); // Long enough for all the others, if they did not wait for their turn.
            Interlocked.Decrement(ref opening);
            Interlocked.Increment(ref opened);
        }));
        foreach (int partition in Enumerable.Range(0, Partitions))
        {
            machine.Host.Hold(partition);
        }

        await machine.UntilAsync(_ => Volatile.Read(ref opened) == Partitions);
        Assert.That(highest, Is.InRange(1, most));
    }

    [Test]
    public async Task Fail_AReadMetDamage_TheReplicaGoesOnAndSaysSo()
    {
        await using LoneMachine machine = new();
        await machine.AppendAsync(1);
        PartitionReplica replica = await machine.UntilAsync(report => report is { State: ReplicaState.Following, Position: 1 });
        OpenReplica open = replica.Current!;
        open.Fail(new CorruptionException("a table", 7, "planted"));
        Assert.That(open.Failed.IsCompleted, Is.False, "the other blocks can be read, and opening the store again mends none");
        Assert.That(replica.Report().Error, Does.Contain("planted"));
        Assert.That(replica.State, Is.EqualTo(ReplicaState.Following));
        await machine.AppendAsync(1);
        await machine.UntilAsync(report => report.Position == 2);
        Assert.That(replica.Current, Is.SameAs(open));
    }

    [Test]
    public async Task Serve_AfterItsEnd_SaysThatItCannotAnswer()
    {
        await using LoneMachine machine = new();
        await machine.UntilAsync(report => report.State == ReplicaState.Following);
        ReplicaReader reader = new(machine.Host, machine.Context);
        reader.Dispose();
        ReadRequest request = new() { Partition = 0, Users = ReadRequest.Flatten([UserId.From(1)]), Definition = "feed" };
        Assert.That((await reader.ServeAsync(request, CancellationToken.None)).Kind, Is.EqualTo(ReplyKind.NotReady));
        Assert.That(machine.Host.TryGet(0)!.Current!.Failed.IsCompleted, Is.False, "the store is well");
    }

    [Test]
    public void Unwrap_OfEachKind_ThrowsWhatALocalReadWouldHaveThrown()
    {
        ReadReply Reply(ReplyKind kind) => new() { Kind = kind, Message = "planted" };
        Assert.That(() => Reply(ReplyKind.NotReady).Unwrap(), Throws.InstanceOf<ReplicaNotReadyException>());
        Assert.That(() => Reply(ReplyKind.BadRequest).Unwrap(), Throws.ArgumentException);
        Assert.That(
            () => Reply(ReplyKind.Failed).Unwrap(),
            Throws.InstanceOf<SignalsException>().And.Not.InstanceOf<ReplicaNotReadyException>().And.Message.EqualTo("planted"),
            "every replica would refuse it, so none further is asked");
        Assert.That(() => Reply((ReplyKind)77).Unwrap(), Throws.InstanceOf<SignalsException>());
    }

    [Test]
    public void NotReady_HasItsCause()
    {
        IOException cause = new("planted");
        Assert.That(new ReplicaNotReadyException("not now", cause).InnerException, Is.SameAs(cause));
    }

    private static void InterlockedMax(ref int place, int value)
    {
        int seen = Volatile.Read(ref place);
        while (value > seen)
        {
            int before = Interlocked.CompareExchange(ref place, value, seen);
            if (before == seen)
            {
                return;
            }

            seen = before;
        }
    }
}
