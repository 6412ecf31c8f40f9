using Signals.Core.Tenancy;
using Signals.Serving;
using Signals.Tests.Storage.Engine;

namespace Signals.Tests.Core.Tenancy;

[Category("Fast")]
internal sealed class TenantTests
{
    private readonly ManualTime _time = new(1_000_000);

    private TenantRegistry _tenants = null!;

    [SetUp]
    public void MakeRegistry() => _tenants = new TenantRegistry(_time);

    [Test]
    public void Enter_Flood_IsRefusedAndTheOtherTenantIsNot()
    {
        Tenant noisy = _tenants.Register("noisy", new TenantOptions { ReadsPerSecond = 10 });
        Tenant quiet = _tenants.Register("quiet", new TenantOptions { ReadsPerSecond = 10 });
        int admitted = Enumerable.Range(0, 1000).Count(_ => Read(noisy) == TenantRefusal.None);
        Assert.That(admitted, Is.EqualTo(10));
        Assert.That(noisy.Stats().RefusedByReads, Is.EqualTo(990));
        Assert.That(Read(quiet), Is.EqualTo(TenantRefusal.None));
        Assert.That(noisy.TryEnter(out _, out TimeSpan retryAfter), Is.EqualTo(TenantRefusal.Reads));
        Assert.That(retryAfter, Is.EqualTo(TimeSpan.FromMilliseconds(100)));
        _time.NowMs += 100;
        Assert.That(Read(noisy), Is.EqualTo(TenantRefusal.None));
    }

    [Test]
    public void Enter_RowsOverdrawn_WaitsForThem()
    {
        Tenant tenant = _tenants.Register("t", new TenantOptions { RowsPerSecond = 1000 });
        tenant.Enter().Complete(rows: 3000);
        Assert.That(tenant.TryEnter(out _, out TimeSpan retryAfter), Is.EqualTo(TenantRefusal.Rows));
        Assert.That(retryAfter, Is.EqualTo(TimeSpan.FromSeconds(2)));
        _time.NowMs += 2000;
        Assert.That(Read(tenant), Is.EqualTo(TenantRefusal.None));
        Assert.That(tenant.Stats().Rows, Is.EqualTo(3001));
    }

    [Test]
    public void Enter_TimeOverdrawn_WaitsForItEvenAfterFailures()
    {
        Tenant tenant = _tenants.Register("t", new TenantOptions { MicrosecondsPerSecond = 100_000 });
        TenantLease lease = tenant.Enter();
        _time.NowMs += 300;
        lease.Fail(new TimeoutException("slow"));
        Assert.That(tenant.TryEnter(out _, out TimeSpan retryAfter), Is.EqualTo(TenantRefusal.Microseconds));
        Assert.That(retryAfter, Is.EqualTo(TimeSpan.FromSeconds(2)));
        Assert.That((tenant.Stats().Microseconds, tenant.Stats().LastFailure), Is.EqualTo((300_000, "TimeoutException: slow")));
    }

    [Test]
    public void Enter_CodeThatNeverEnds_HoldsNoMoreThanItsConcurrency()
    {
        Tenant looping = _tenants.Register("looping", new TenantOptions { MaxConcurrency = 2 });
        Tenant other = _tenants.Register("other", new TenantOptions { MaxConcurrency = 2 });
        TenantLease first = looping.Enter();
        looping.Enter();
        Assert.That(looping.TryEnter(out _, out _), Is.EqualTo(TenantRefusal.Concurrency));
        Assert.That(other.TryEnter(out _, out _), Is.EqualTo(TenantRefusal.None));
        first.Complete(0);
        Assert.That(looping.TryEnter(out _, out _), Is.EqualTo(TenantRefusal.None));
        Assert.That(looping.Stats().Running, Is.EqualTo(2));
    }

    [Test]
    public void Fail_InARow_OpensTheCircuitUntilATrySucceeds()
    {
        Tenant tenant = _tenants.Register("t", new TenantOptions { FailuresToOpen = 3, OpenDuration = TimeSpan.FromSeconds(5) });
        Fail(tenant, 2);
        tenant.Enter().Complete(1);
        Fail(tenant, 3);
        Assert.That(tenant.TryEnter(out _, out TimeSpan retryAfter), Is.EqualTo(TenantRefusal.CircuitOpen));
        Assert.That(retryAfter, Is.EqualTo(TimeSpan.FromSeconds(5)));

        _time.NowMs += 5000;
        TenantLease trial = tenant.Enter();
        Assert.That(tenant.TryEnter(out _, out _), Is.EqualTo(TenantRefusal.CircuitOpen), "one tries at a time");
        trial.Fail(new InvalidOperationException());
        Assert.That(tenant.TryEnter(out _, out _), Is.EqualTo(TenantRefusal.CircuitOpen));

        _time.NowMs += 5000;
        tenant.Enter().Complete(1);
        Assert.That(Enumerable.Range(0, 5).Select(_ => Read(tenant)), Is.All.EqualTo(TenantRefusal.None));
        Assert.That((tenant.Stats().CircuitOpened, tenant.Stats().Failed), Is.EqualTo((1, 6)));
    }

    [Test]
    public void Enter_TrialThatNeverEnds_LetsAnotherTryLater()
    {
        Tenant tenant = _tenants.Register("t", new TenantOptions { FailuresToOpen = 1, OpenDuration = TimeSpan.FromSeconds(5) });
        Fail(tenant, 1);
        _time.NowMs += 5000;
        tenant.Enter();
        _time.NowMs += 5000;
        Assert.That(tenant.TryEnter(out _, out _), Is.EqualTo(TenantRefusal.None));
    }

    [Test]
    public void Enter_AllQuotas_AllocatesNothing()
    {
        Tenant tenant = _tenants.Register(
            "t", new TenantOptions { ReadsPerSecond = 1e6, RowsPerSecond = 1e9, MicrosecondsPerSecond = 1e6, MaxConcurrency = 5 });
        long allocated = 0;
        for (int i = 0; i < 100; i++)
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            tenant.Enter().Complete(10);
            allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        }

        Assert.That(allocated, Is.Zero);
    }

    [Test]
    public void Register_Again_BeginsAnewAndRunningReadsEnd()
    {
        Tenant before = _tenants.Register("t", new TenantOptions { ReadsPerSecond = 1 });
        TenantLease lease = before.Enter();
        Tenant after = _tenants.Register("t", new TenantOptions { ReadsPerSecond = 2 });
        lease.Complete(5);
        Assert.That((before.Stats().Succeeded, after.Stats().Admitted), Is.EqualTo((1, 0)));
        Assert.That(_tenants.Tenants, Is.EqualTo(new[] { after }));
        Assert.That(_tenants.Remove("t"), Is.True);
        Assert.That(_tenants.Remove("t"), Is.False);
    }

    [Test]
    public void Register_OptionsOutOfBounds_Throws()
    {
        TenantOptions[] wrong =
        [
            new() { ReadsPerSecond = 0 }, new() { RowsPerSecond = double.NaN },
            new() { MicrosecondsPerSecond = -1 }, new() { BurstSeconds = 0 },
            new() { MaxConcurrency = 0 }, new() { FailuresToOpen = 0 }, new() { OpenDuration = TimeSpan.Zero },
        ];
        foreach (TenantOptions options in wrong)
        {
            Assert.That(() => _tenants.Register("t", options), Throws.InstanceOf<ArgumentException>(), options.ToString());
        }
    }

    [Test]
    public void Complete_LeaseThatHasEnded_ThrowsAndFreesNobodyElsesPlace([Values] bool fails)
    {
        Tenant tenant = _tenants.Register("t", new TenantOptions { MaxConcurrency = 2 });
        TenantLease first = tenant.Enter();
        TenantLease copy = first;
        first.Complete(3);
        TenantLease second = tenant.Enter();
        TenantLease third = tenant.Enter();
        Assert.That(() => End(copy), Throws.InvalidOperationException.With.Message.Contains("'t'"));
        Assert.That(() => End(first), Throws.InvalidOperationException);
        TenantStats stats = tenant.Stats();
        Assert.That((stats.Running, stats.Succeeded, stats.Failed, stats.Rows), Is.EqualTo((2, 1, 0, 3)));
        Assert.That(tenant.TryEnter(out _, out _), Is.EqualTo(TenantRefusal.Concurrency));
        second.Complete(0);
        third.Complete(0);
        Assert.That(tenant.Stats().Running, Is.Zero);

        void End(TenantLease lease)
        {
            if (fails)
            {
                lease.Fail(new TimeoutException());
            }
            else
            {
                lease.Complete(1);
            }
        }
    }

    [Test]
    public void Complete_DefaultLease_Throws() => Assert.That(() => default(TenantLease).Complete(1), Throws.InvalidOperationException);

    private static TenantRefusal Read(Tenant tenant)
    {
        TenantRefusal refusal = tenant.TryEnter(out TenantLease lease, out _);
        if (refusal == TenantRefusal.None)
        {
            lease.Complete(1);
        }

        return refusal;
    }

    private static void Fail(Tenant tenant, int times)
    {
        for (int i = 0; i < times; i++)
        {
            tenant.Enter().Fail(new InvalidOperationException());
        }
    }
}
