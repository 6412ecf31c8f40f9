using Signals.Dashboard.Work;
using Signals.Maintenance;

namespace Signals.Tests.Dashboard;

/// <summary>Work that the page begins and follows.</summary>
[Category("Fast")]
internal sealed class WorkListTests
{
    private readonly WorkList _list = new(TimeProvider.System);

    [Test]
    public async Task TryBegin_WhileWorkOfTheKindRuns_GivesNothing()
    {
        WorkList list = new(TimeProvider.System);
        TaskCompletionSource<string> end = new();
        WorkItem? first = list.TryBegin("verify", "", (_, _) => end.Task);
        Assert.That(list.TryBegin("verify", "", (_, _) => end.Task), Is.Null);
        Assert.That(list.TryBegin("flush", "", (_, _) => Task.FromResult("")), Is.Not.Null, "another kind");
        end.SetResult("all is well");
        await EndOf(first!);
        Assert.That((first!.State, first.Message), Is.EqualTo((WorkState.Done, "all is well")));
        Assert.That(list.TryBegin("verify", "", (_, _) => end.Task), Is.Not.Null);
    }

    [Test]
    public async Task Cancel_OfWorkThatRuns_EndsIt()
    {
        WorkItem item = _list.TryBegin("a", "", async (_, cancel) =>
        {
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, cancel);
            return "";
        })!;
        Assert.That(_list.Cancel(item.Id));
        await EndOf(item);
        Assert.That(item.State, Is.EqualTo(WorkState.Cancelled));
        Assert.That(_list.Cancel(item.Id + 1000), Is.False);
    }

    [Test]
    public async Task TryBegin_WorkThatThrows_ShowsTheError()
    {
        WorkItem item = _list.TryBegin("b", "", (_, _) => throw new InvalidOperationException("no room"))!;
        await EndOf(item);
        Assert.That((item.State, item.Message), Is.EqualTo((WorkState.Failed, "no room")));
    }

    [Test]
    public async Task Items_OfMuchWork_AreTheNewestOnes()
    {
        WorkList list = new(TimeProvider.System);
        for (int i = 0; i < 60; i++)
        {
            await EndOf(list.TryBegin($"kind {i}", "", (_, _) => Task.FromResult(""))!);
        }

        Assert.That(list.Items, Has.Count.EqualTo(20));
        Assert.That(list.Items[0].Kind, Is.EqualTo("kind 59"));
    }

    [TestCase(true)]
    [TestCase(false)]
    public async Task Items_OfErasuresAndMuchOtherWork_KeepEachCertificate(bool isComplete)
    {
        WorkList list = new(TimeProvider.System);
        for (int i = 0; i < 30; i++)
        {
            await EndOf(Erase(list, isComplete));
        }

        for (int i = 0; i < 30; i++)
        {
            await EndOf(list.TryBegin("flush", "", (_, _) => Task.FromResult(""))!);
        }

        Assert.That(list.Items.Count(item => item.Kind == "erase"), Is.EqualTo(30));
        Assert.That(list.Items.Count(item => item.Kind == "flush"), Is.EqualTo(20));
    }

    [Test]
    public async Task HasRoomForCertificate_AtTheLimit_IsFalseUntilOneIsForgotten()
    {
        WorkList list = new(TimeProvider.System, mostCertificates: 2);
        WorkItem first = Erase(list, isComplete: true);
        await EndOf(first);
        Assert.That(list.HasRoomForCertificate);
        await EndOf(Erase(list, isComplete: false));
        Assert.That(list.HasRoomForCertificate, Is.False);
        Assert.That(list.Forget(first.Id));
        Assert.That(list.Forget(first.Id), Is.False);
        Assert.That(list.HasRoomForCertificate);
        Assert.That(list.Find(first.Id), Is.Null);
    }

    [Test]
    public async Task Forget_OfWorkThatRuns_DoesNothing()
    {
        WorkList list = new(TimeProvider.System);
        TaskCompletionSource<string> end = new();
        WorkItem item = list.TryBegin("verify", "", (_, _) => end.Task)!;
        Assert.That(list.Forget(item.Id), Is.False);
        end.SetResult("");
        await EndOf(item);
        Assert.That(list.Forget(item.Id));
    }

    private static WorkItem Erase(WorkList list, bool isComplete) => list.TryBegin("erase", "", (item, _) =>
    {
        ErasureCertificate certificate = new(UserId.From(1), 0, DateTimeOffset.UnixEpoch, () => []);
        (ErasurePlaceKind, string)[] found = isComplete ? [] : [(ErasurePlaceKind.Log, "a log")];
        certificate.Update(found, DateTimeOffset.UnixEpoch);
        item.Certificate = certificate;
        return Task.FromResult("");
    })!;

    private static async Task EndOf(WorkItem item)
    {
        using CancellationTokenSource patience = new(TimeSpan.FromSeconds(30));
        while (item.State == WorkState.Running)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(1), TimeProvider.System, patience.Token);
        }
    }
}
