using Signals.Dashboard.Sampling;

namespace Signals.Tests.Dashboard;

/// <summary>The last errors that the page shows.</summary>
[Category("Fast")]
internal sealed class StoreErrorsTests
{
    private static readonly DateTimeOffset Start = DateTimeOffset.UnixEpoch;

    [Test]
    public void See_AnErrorThatStays_CountsOnce()
    {
        StoreErrors errors = new();
        errors.See("store", "broken", 1, Start);
        errors.See("store", "broken", 1, Start.AddSeconds(1));
        Assert.That(errors.Newest, Is.EqualTo(new[] { new SeenError("store", "broken", Start, Start, 1) }));
    }

    [Test]
    public void See_TheSameErrorAgain_CountsUpAndComesFirst()
    {
        StoreErrors errors = new();
        errors.See("flush", "full", 2, Start);
        errors.See("tenant", "slow", 1, Start);
        errors.See("flush", "full", 5, Start.AddSeconds(9));
        Assert.That(errors.Newest[0], Is.EqualTo(new SeenError("flush", "full", Start, Start.AddSeconds(9), 5)));
        Assert.That(errors.Newest, Has.Count.EqualTo(2));
    }

    [Test]
    public void See_ManyErrors_KeepsTheNewest()
    {
        StoreErrors errors = new();
        for (int i = 1; i <= 200; i++)
        {
            errors.See("flush", $"error {i}", i, Start.AddSeconds(i));
        }

        Assert.That(errors.Newest, Has.Count.EqualTo(50));
        Assert.That(errors.Newest[0].Message, Is.EqualTo("error 200"));
    }

    [Test]
    public void See_NoError_ShowsNothing()
    {
        StoreErrors errors = new();
        errors.See("flush", null, 7, Start);
        Assert.That(errors.Newest, Is.Empty);
    }
}
