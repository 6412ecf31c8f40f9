using System.Diagnostics.Metrics;
using Signals.Core.Tenancy;
using Signals.Serving;
using Signals.Storage.Telemetry;
using Signals.Tests.Storage.Engine;

namespace Signals.Tests.Storage.Telemetry;

/// <summary>The instruments of tenants show what each tenant did, with a bounded number of tags.</summary>
[Category("Fast")]
[NonParallelizable]
internal sealed class TenantInstrumentsTests
{
    private readonly ManualTime _time = new(1_000_000);
    private TenantRegistry _tenants = null!;
    private Meter _meter = null!;
    private MeterListener _listener = null!;
    private SortedDictionary<string, double> _seen = null!;

    [SetUp]
    public void SetUp()
    {
        _tenants = new TenantRegistry(_time);
        _meter = new Meter("tenants");
        _seen = new SortedDictionary<string, double>(StringComparer.Ordinal);
        _listener = new MeterListener();
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (ReferenceEquals(instrument.Meter, _meter))
            {
                listener.EnableMeasurementEvents(instrument);
            }
        };
        _listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => Note(instrument, value, tags));
        _listener.SetMeasurementEventCallback<double>((instrument, value, tags, _) => Note(instrument, value, tags));
        _listener.Start();
        TenantInstruments.Register(_meter, _tenants);
    }

    [TearDown]
    public void TearDown()
    {
        _listener.Dispose();
        _meter.Dispose();
    }

    [Test]
    public void Collect_TwoTenants_ShowsWhatEachDid()
    {
        Tenant good = _tenants.Register("good", new TenantOptions());
        Tenant bad = _tenants.Register("bad", new TenantOptions { FailuresToOpen = 1 });
        TenantLease lease = good.Enter();
        _time.NowMs += 1500;
        lease.Complete(rows: 30);
        good.Enter();
        bad.Enter().Fail(new InvalidOperationException());
        bad.TryEnter(out _, out _);
        Dictionary<string, double> seen = Collect();
        Assert.That(seen, Has.Count.EqualTo(2 * (6 + 5)));
        Assert.That(seen, Is.SupersetOf(new Dictionary<string, double>
        {
            ["signals.tenant.reads good"] = 2,
            ["signals.tenant.rows good"] = 30,
            ["signals.tenant.time good"] = 1.5,
            ["signals.tenant.running good"] = 1,
            ["signals.tenant.circuit good"] = 0,
            ["signals.tenant.failures good"] = 0,
            ["signals.tenant.failures bad"] = 1,
            ["signals.tenant.circuit bad"] = 1,
            ["signals.tenant.refused bad circuit"] = 1,
            ["signals.tenant.refused bad reads"] = 0,
        }));
    }

    [Test]
    public void Collect_CircuitThatCloses_IsShownAsClosed()
    {
        Tenant tenant = _tenants.Register("t", new TenantOptions { FailuresToOpen = 1, OpenDuration = TimeSpan.FromSeconds(1) });
        tenant.Enter().Fail(new InvalidOperationException());
        _time.NowMs += 1000;
        TenantLease trial = tenant.Enter();
        Assert.That(Collect()["signals.tenant.circuit t"], Is.EqualTo(1));
        trial.Complete(rows: 1);
        Assert.That(Collect()["signals.tenant.circuit t"], Is.Zero);
    }

    [Test]
    public void Collect_MoreTenantsThanTags_ShowsTheLaterOnesTogether()
    {
        for (int i = 0; i < TenantInstruments.OwnTags + 3; i++)
        {
            _tenants.Register($"t{i}", new TenantOptions()).Enter().Complete(rows: 2);
        }

        // Registered anew or not, who came first keeps the place; who is gone gives it up.
        _tenants.Register("t0", new TenantOptions()).Enter().Complete(rows: 5);
        _tenants.Remove("t1");
        Dictionary<string, double> rows = Collect()
            .Where(pair => pair.Key.StartsWith("signals.tenant.rows", StringComparison.Ordinal)).ToDictionary();
        Assert.That(rows, Has.Count.EqualTo(TenantInstruments.OwnTags + 1));
        Assert.That(rows["signals.tenant.rows (others)"], Is.EqualTo(4));
        Assert.That(rows["signals.tenant.rows t0"], Is.EqualTo(5));
        Assert.That(
            rows,
            Does.ContainKey($"signals.tenant.rows t{TenantInstruments.OwnTags}").And.Not.ContainKey("signals.tenant.rows t1"));
    }

    private Dictionary<string, double> Collect()
    {
        _seen.Clear();
        _listener.RecordObservableInstruments();
        return new Dictionary<string, double>(_seen);
    }

    private void Note(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags) =>
        _seen.Add($"{instrument.Name} {string.Join(' ', tags.ToArray().Select(tag => tag.Value))}", value);
}
