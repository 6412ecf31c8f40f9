using Signals.Checkpoints;
using Signals.Orleans;
using Signals.Orleans.Replicas;
using Signals.Tests.Cluster.Observing;

namespace Signals.Tests.Cluster;

/// <summary>What an owner sends to shared storage when its own files are damaged, or fail.</summary>
[Category("Reliability")]
internal sealed class DamagedOwnerTests
{
    private string _shared = null!;

    /// <summary>The file that is CURRENT; each checkpoint that becomes it has a new one. Null before the first.</summary>
    private string? Current
    {
        get
        {
            string folder = Path.Combine(_shared, "current");
            return Directory.Exists(folder) ? Directory.GetFiles(folder).Order(StringComparer.Ordinal).LastOrDefault() : null;
        }
    }

    [SetUp]
    public void Prepare() => _shared = Directory.CreateTempSubdirectory("signals-shared-").FullName;

    [TearDown]
    public void Clear() => Directory.Delete(_shared, recursive: true);

    [Test]
    public async Task Own_ATableIsDamaged_TheHealthyCheckpointStaysCurrent()
    {
        await using LoneMachine machine = Start();
        PartitionReplica replica = await OwnAndSendAsync(machine);
        machine.Host.Disown(0);
        await UntilAsync(() => replica.Checkpoints is null, "the end of sending");
        string? healthy = Current;
        await machine.AppendAsync(200);
        await machine.UntilAsync(report => report.Position == 400);
        await replica.Current!.Store.FlushAsync();
        FlipAByteOf(Directory.GetFiles(replica.Current!.Store.Folder, "*.tbl", SearchOption.AllDirectories).Order().First());
        machine.Host.Own(0);
        await UntilAsync(() => replica.Current?.Damage is not null, "damage");
        Assert.That(replica.Report().Error, Does.Contain(".tbl"));
        await NeverAsync(() => replica.Checkpoints is not null || Current != healthy);
        machine.Host.Disown(0);
    }

    [Test]
    public async Task Fail_AReadMetDamageLater_SendingStops()
    {
        await using LoneMachine machine = Start();
        PartitionReplica replica = await OwnAndSendAsync(machine);
        replica.Current!.Fail(new CorruptionException("a table", 7, "planted"));
        await UntilAsync(() => replica.Checkpoints is null, "the end of sending");
        await NeverAsync(() => replica.Checkpoints is not null);
        Assert.That(replica.State, Is.EqualTo(ReplicaState.Following));
        machine.Host.Disown(0);
    }

    [Test]
    public async Task Fail_TheDiskOfAnOwnerThatSends_TheStoreIsOpenedAgainAndSends()
    {
        await using LoneMachine machine = Start();
        PartitionReplica replica = await OwnAndSendAsync(machine);
        replica.Current!.Fail(new FileOperationException("read", "a table", "planted"));
        await UntilAsync(() => replica is { Openings: 2, Checkpoints: not null }, "a second opening that sends");
        machine.Host.Disown(0);
    }

    private LoneMachine Start() => new(configure: options => options.UseCheckpoints(
        _ => new FolderTarget(_shared),
        new CheckpointScheduleOptions { Interval = TimeSpan.FromSeconds(1), PollInterval = TimeSpan.FromMilliseconds(100) }));

    private async Task<PartitionReplica> OwnAndSendAsync(LoneMachine machine)
    {
        await machine.AppendAsync(200);
        PartitionReplica replica = await machine.UntilAsync(report => report is { State: ReplicaState.Following, Position: 200 });
        await replica.Current!.Store.FlushAsync();
        machine.Host.Own(0);
        await UntilAsync(() => Current is not null && replica.Checkpoints?.LastUpload is not null, "a checkpoint");
        return replica;
    }

    private static void FlipAByteOf(string file)
    {
        using FileStream stream = new(file, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete);
        stream.Position = stream.Length / 3;
        int old = stream.ReadByte();
        stream.Position--;
        stream.WriteByte((byte)(old ^ 0x10));
    }

    private static async Task UntilAsync(Func<bool> holds, string what)
    {
        long began = Environment.TickCount64;
        while (!holds())
        {
            Assert.That(Environment.TickCount64 - began, Is.LessThan(20_000), $"{what} did not come about");
            await Task.Delay(5);
        }
    }

    private static async Task NeverAsync(Func<bool> happens)
    {
        long began = Environment.TickCount64;
        while (Environment.TickCount64 - began < 300)
        {
            Assert.That(happens(), Is.False);
            await Task.Delay(5);
        }
    }
}
