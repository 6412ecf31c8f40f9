using Signals.Bench.Capacity;

namespace Signals.Tests.Bench;

/// <summary>The arithmetic of a cluster's size, against figures worked out by hand.</summary>
[Category("Fast")]
internal sealed class CapacityModelTests
{
    private const double Gib = 1L << 30;
    private const double Mib = 1L << 20;

    // 1,000 events a second, 2,000 at the peak, 864 GB of tables, one of everything else.
    private static readonly CapacityInputs Round = new()
    {
        EventsPerUserDay = 86.4,
        DaysKept = 100,
        BytesPerEvent = 100,
        Peak = 2,
        ReadsPerUserDay = 86.4,
        ReadMicroseconds = 5,
        IngestMicroseconds = 2,
        ConsumeMicroseconds = 1,
        Partitions = 100,
        DiskFactor = 2,
        StoreLogMib = 1024,
        StoreMemoryMib = 1024,
        Cores = 1000,
        MemoryGib = 1e6,
        DiskGib = 1e9,
        NetworkMibPerSecond = 1e9,
        Share = 0.5,
        SpareMachines = 1,
        LogBytesPerEvent = 50,
    };

    [Test]
    public void Plan_AMillionUsers_HasTheRatesAndBytes()
    {
        CapacityPlan plan = CapacityModel.Plan(Round, 1e6);
        Assert.That(plan.EventsPerSecond, Is.EqualTo(1000).Within(1e-6));
        Assert.That(plan.PeakEventsPerSecond, Is.EqualTo(2000).Within(1e-6));
        Assert.That(plan.PeakReadsPerSecond, Is.EqualTo(2000).Within(1e-6));
        Assert.That(plan.TableBytes, Is.EqualTo(864e9).Within(1));
        Assert.That(plan.TableBytesPerStore, Is.EqualTo(8.64e9).Within(1));
        Assert.That(plan.PeakEventsPerStore, Is.EqualTo(20).Within(1e-9));
        Assert.That(plan.LogBytes, Is.EqualTo(1000.0 * 50 * 3 * 48 * 3600).Within(1));
    }

    [Test]
    public void Plan_NothingIsScarce_NeedsAMachineForEachReplicaAndTheSpare()
    {
        CapacityPlan plan = CapacityModel.Plan(Round, 1e6);
        Assert.That((plan.Bound, plan.Machines), Is.EqualTo(("replicas", 3)));
        Assert.That(plan.StoresPerMachine, Is.EqualTo(200.0 / 3).Within(1e-9));
        Assert.That(plan.MemoryBytesPerMachine, Is.EqualTo(200 * Gib / 3).Within(1));
        Assert.That(plan.DiskBytesPerMachine, Is.EqualTo(((864e9 * 4) + (200 * Gib)) / 3).Within(1));
        Assert.That(plan.BusyCoresPerMachine, Is.EqualTo(((2000 * 2 * 3) + (2000 * 5)) / 1e6 / 3).Within(1e-9));
    }

    // Each row makes one resource so scarce that ten machines are just not enough: eleven, and the spare one.
    [TestCase("cores", 12)]
    [TestCase("disk", 12)]
    [TestCase("network", 12)]
    [TestCase("memory", 12)]
    public void Plan_OneResourceIsScarce_DecidesTheMachines(string scarce, int machines)
    {
        const double Tight = 10.5 * 0.5; // machines times the share that is planned for
        CapacityInputs inputs = scarce switch
        {
            "cores" => Round with { Cores = ((2000 * 2 * 3) + (2000 * 5)) / 1e6 / Tight },
            "disk" => Round with { DiskGib = ((864e9 * 4) + (200 * Gib)) / Gib / Tight },
            "network" => Round with { NetworkMibPerSecond = 2000 * 50 * 2 / Mib / Tight },
            _ => Round with { MemoryGib = 200 / Tight },
        };
        CapacityPlan plan = CapacityModel.Plan(inputs, 1e6);
        Assert.That((plan.Bound, plan.Machines), Is.EqualTo((scarce, machines)));
    }

    [TestCase(1000, 300, 11_000, 30)]
    [TestCase(1000, 300, 1_500, 600)]
    [TestCase(1000, 0, 11_000, 0)]
    [TestCase(1000, 300, 1_000, double.PositiveInfinity)]
    [TestCase(1000, 300, 900, double.PositiveInfinity)]
    public void ReplaySeconds_WhileEventsGoOn_CountsThemToo(double rate, double behind, double replay, double seconds) =>
        Assert.That(CapacityModel.ReplaySeconds(rate, behind, replay), Is.EqualTo(seconds).Within(1e-9));

    [TestCase(1000, 11_000)]
    [TestCase(1000, 1_500)]
    [TestCase(37, 250_000)]
    public void LongestInterval_OfAGoal_IsTheOneThatReplaysInIt(double rate, double replay)
    {
        double interval = CapacityModel.LongestInterval(rate, 60, replay);
        Assert.That(CapacityModel.ReplaySeconds(rate, interval, replay), Is.EqualTo(60).Within(1e-6));
    }

    [Test]
    public void LongestInterval_EventsComeAsFastAsReplay_IsZero() =>
        Assert.That(CapacityModel.LongestInterval(1000, 60, 1000), Is.Zero);

    [Test]
    public void Plan_AMachineWithAnEmptyDisk_FetchesThenReplaysWhatCameMeanwhile()
    {
        CapacityInputs inputs = Round with
        {
            RestoreMibPerSecond = 8.64e9 / Mib,
            OpenSeconds = 2,
            CheckpointMinutes = 1,
            ReplayPerSecond = 100_000,
        };
        CapacityPlan plan = CapacityModel.Plan(inputs, 1e6);

        // A second and the opening for a store; then 20 events a second against 100,000.
        Assert.That(plan.RestoreStoreSeconds, Is.EqualTo(3 + (20 * 63.0 / 99_980)).Within(1e-6));
        double fetched = 3 * 200.0 / 3;
        Assert.That(plan.RestoreMachineSeconds, Is.EqualTo(fetched + (20 * (60 + fetched) / (100_000 - 20))).Within(1e-6));
    }

    [Test]
    public void Plan_SlowNetwork_BoundsWhatIsFetchedAndSent()
    {
        CapacityInputs inputs = Round with
        {
            NetworkMibPerSecond = 100,
            RestoreMibPerSecond = 1000,
            UploadMibPerSecond = 50,
            OpenSeconds = 1e-9,
            CheckpointMinutes = 1e-9,
        };
        CapacityPlan plan = CapacityModel.Plan(inputs, 1e6);
        double seconds = 8.64e9 / (100 * Mib);
        Assert.That(plan.RestoreStoreSeconds, Is.EqualTo(seconds).Within(0.1).Percent);
        Assert.That(plan.FirstUploadSeconds, Is.EqualTo(2 * seconds).Within(1e-6));
    }

    [Test]
    public void Plan_Uploads_SendTablesAndLogOnceAndTheTailEachTime()
    {
        CapacityInputs inputs = Round with
        {
            CheckpointMinutes = 60,
            TableWrites = 2,
            StoreLogBytesPerEvent = 50,
            PartMib = 1,
            GraceDays = 2,
        };
        CapacityPlan plan = CapacityModel.Plan(inputs, 1e6);
        double daily = 86.4e6 * ((100 * 2) + 50);
        double tails = 24 * 100 * Math.Min(Mib / 2, 86.4e6 * 50 / 2400);
        Assert.That(plan.UploadBytesPerDay, Is.EqualTo(daily + tails).Within(1));
        Assert.That(plan.UploadCallsPerDay, Is.EqualTo((2400 * 4) + ((daily + tails) / Mib)).Within(1e-3));
        Assert.That(plan.StoredBytes, Is.EqualTo(864e9 + (2 * (daily + tails))).Within(1));
    }

    [Test]
    public void Plan_ChoosesPartitions_AsAPowerOfTwoThatKeepsStoresSmallAndQuick([Values(1e5, 1e6, 1e7, 1e8, 1e9)] double users)
    {
        CapacityInputs inputs = new();
        CapacityPlan plan = CapacityModel.Plan(inputs, users);
        Assert.That(int.IsPow2(plan.Partitions));
        Assert.That(plan.TableBytesPerStore, Is.LessThanOrEqualTo(inputs.StoreGib * Gib));
        Assert.That(plan.PeakEventsPerStore * 3, Is.LessThanOrEqualTo(inputs.ReplayPerSecond));
        Assert.That(plan.StoresPerMachine, Is.GreaterThanOrEqualTo(4), "the share of a lost machine spreads over the others");
    }

    [Test]
    public void Plan_TenTimesTheUsers_NeedsTenTimesTheBytesAndEvents()
    {
        CapacityPlan one = CapacityModel.Plan(new CapacityInputs(), 1e8);
        CapacityPlan ten = CapacityModel.Plan(new CapacityInputs(), 1e9);
        Assert.That(ten.TableBytes / one.TableBytes, Is.EqualTo(10).Within(1e-9));
        Assert.That(ten.PeakEventsPerSecond / one.PeakEventsPerSecond, Is.EqualTo(10).Within(1e-9));
        Assert.That((double)ten.Machines / one.Machines, Is.InRange(8, 11));
    }

    [Test]
    public void Cost_OfAMonth_IsTheSumOfAmountsTimesPrices()
    {
        CapacityPlan plan = CapacityModel.Plan(Round, 1e6);
        IReadOnlyList<CostTerm> terms = CostTerm.Of(plan);
        Assert.That(terms[0].Amount, Is.EqualTo(3 * 730.5).Within(1e-9));
        Assert.That(terms[1].Amount, Is.EqualTo(plan.StoredBytes / Gib).Within(1e-9));
        Assert.That(terms[4].Amount, Is.EqualTo(1000.0 * 50 * 2 * 730.5 * 3600 / Gib).Within(1e-6));
        Dictionary<string, double> prices = new() { ["--price-machine"] = 2, ["--price-storage"] = 0.5 };
        Assert.That(CostTerm.Sum(terms, prices), Is.EqualTo((2 * 3 * 730.5) + (plan.StoredBytes / Gib / 2)).Within(1e-6));
        Assert.That(CostTerm.Sum(terms, new Dictionary<string, double>()), Is.Zero);
    }

    [Test]
    public void Options_EachOne_ChangesWhatItReads()
    {
        CapacityInputs inputs = new();
        foreach (CapacityOption option in CapacityOption.All)
        {
            CapacityInputs changed = option.With(inputs, 12345);
            Assert.That(option.Get(changed), Is.EqualTo(12345), option.Name);
            Assert.That(option.With(changed, option.Get(inputs)), Is.EqualTo(inputs), $"{option.Name} changes nothing else");
        }

        int settable = typeof(CapacityInputs).GetProperties().Count(property => property.CanWrite);
        Assert.That(CapacityOption.All, Has.Count.EqualTo(settable), "each input has an option");
    }

    [TestCase("--days", 0)]
    [TestCase("--share", 1.5)]
    [TestCase("--standbys", 0.5)]
    public void Plan_ImpossibleInput_IsRefusedNamingIt(string option, double value)
    {
        CapacityInputs inputs = CapacityOption.All.Single(other => other.Name == option).With(new CapacityInputs(), value);
        Assert.That(() => CapacityModel.Plan(inputs, 1e6), Throws.InstanceOf<FormatException>().With.Message.Contains(option));
    }
}
