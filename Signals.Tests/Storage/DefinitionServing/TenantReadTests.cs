using Signals.Definitions;
using Signals.Serving;
using Signals.Tests.Storage.Engine;

namespace Signals.Tests.Storage.DefinitionServing;

/// <summary>Quotas and circuits of the owners of definitions, as reads of a store meet them.</summary>
[Category("Fast")]
internal sealed class TenantReadTests
{
    private static readonly UserId User = UserId.From(1UL);

    private ManualTime _time = null!;
    private SignalStore _store = null!;

    [SetUp]
    public void SetUp()
    {
        _time = new ManualTime(TestStores.Start + 10_000);
        _store = FeedSample.Open(_time);
        FeedSample.Fill(_store, users: 1, perType: 50);
        _store.Definitions.Register(Feed("small", "limited"));
        _store.Definitions.Register(Feed("other", "free"));
    }

    [TearDown]
    public void TearDown() => _store.Dispose();

    [Test]
    public void Read_OverTheQuotaOfReads_IsRefusedForThisOwnerAlone()
    {
        Tenant tenant = _store.Tenants.Register("limited", new TenantOptions { ReadsPerSecond = 1 });
        _store.Read(User, "small").Dispose();
        TenantRefusedException error = Assert.Throws<TenantRefusedException>(() => _store.Read(User, "small"))!;
        Assert.That((error.Tenant, error.Reason), Is.EqualTo(("limited", TenantRefusal.Reads)));
        Assert.That(() => _store.ReadTensors([User], "small", new TensorSet()), Throws.TypeOf<TenantRefusedException>());
        using ServedSequence other = _store.Read(User, "other");
        Assert.That(other.Count, Is.EqualTo(10));
        _time.NowMs += 1000;
        using ServedSequence later = _store.Read(User, "small");
        Assert.That(later.Count, Is.EqualTo(10));
        Assert.That((tenant.Stats().Rows, tenant.Stats().Running), Is.EqualTo((Rows: 20L, Running: 0L)));
    }

    [Test]
    public void ReadTensors_WithinTheQuota_ChargesTheRowsOfAllUsers()
    {
        Tenant tenant = _store.Tenants.Register("limited", new TenantOptions { RowsPerSecond = 15 });
        _store.ReadTensors([User, User], "small", new TensorSet().Bind<float>("dwell", new float[20]));
        Assert.That((tenant.Stats().Rows, tenant.Stats().Running), Is.EqualTo((Rows: 20L, Running: 0L)));
        Assert.That(
            Assert.Throws<TenantRefusedException>(() => _store.Read(User, "small"))!.Reason, Is.EqualTo(TenantRefusal.Rows));
    }

    [Test]
    public void Read_HostCodeFailsInARow_OpensTheCircuit()
    {
        _store.Definitions.Register(Feed("small", "limited"), stages: new SequenceStages { Filter = new Failing() });
        Tenant tenant = _store.Tenants.Register("limited", new TenantOptions { FailuresToOpen = 2 });
        using (ServedSequence failed = _store.Read(User, "small"))
        {
            Assert.That(failed.Status, Is.EqualTo(ServingStatus.StageFailed));
        }

        _store.ReadTensors([User], "small", new TensorSet().Bind<float>("dwell", new float[10]));
        Assert.That(
            Assert.Throws<TenantRefusedException>(() => _store.Read(User, "small"))!.Reason, Is.EqualTo(TenantRefusal.CircuitOpen));
        Assert.That((tenant.Stats().Failed, tenant.Stats().Running), Is.EqualTo((Failed: 2L, Running: 0L)));
    }

    [Test]
    public void ReadTensors_WhatDoesNotFit_EndsItsPlaceInTheQuota()
    {
        Tenant tenant = _store.Tenants.Register("limited", new TenantOptions { MaxConcurrency = 1 });
        Assert.That(
            () => _store.ReadTensors([User], "small", new TensorSet().Bind<float>("dwell", new float[1])),
            Throws.ArgumentException);
        _store.Read(User, "small").Dispose();
        Assert.That(
            (tenant.Stats().Failed, tenant.Stats().Succeeded, tenant.Stats().Running),
            Is.EqualTo((Failed: 1L, Succeeded: 1L, Running: 0L)));
    }

    private static SequenceDefinition Feed(string name, string owner) => SequenceDefinition.Create(name).OwnedBy(owner)
        .From("view", v => v.Last(10)).Size(10).Columns("dwell")
        .Tensors(t => t.Output("dwell", TensorType.Float32, f => f.Column("dwell")))
        .Build();

    private sealed class Failing : IFilterStage
    {
        public void Filter(RowSet rows) => throw new InvalidOperationException("the host's");
    }
}
