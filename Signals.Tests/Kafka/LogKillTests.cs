using System.Buffers.Binary;
using Signals.Kafka;
using Signals.Tests.Reliability;
using Signals.Tests.Simulation;

namespace Signals.Tests.Kafka;

/// <summary>
/// A process whose store follows a partition is killed at random positions. After each kill the store holds the events before its position
/// and no other, and in the end it answers as a store that was never killed.
/// </summary>
[Category("Reliability")]
internal sealed class LogKillTests
{
    private static readonly int Kills = Math.Max(4, TestScale.Of(8));
    private static readonly int Records = 375 * Kills;
    private const ulong Seed = 0x10c_0b5;

    [Test]
    public async Task Kill_WhileTheStoreFollows_PositionAndEventsAgreeAndNothingIsLost()
    {
        using LogBench bench = new();
        SimRandom random = new(Seed);
        string path = bench.PathOf("killed");
        int sent = 0;
        HashSet<long> positions = [];
        for (int kill = 0; kill < Kills; kill++)
        {
            long target = sent + random.Below(Records / Kills);
            sent = await SendAsync(bench, sent, sent + (Records / Kills));
            RunAndKill(path, bench.Broker.BootstrapServers, target);
            await using SignalStore store = LogBench.OpenAt(path);
            long position = store.GetResumePosition("kafka:events/0") ?? 0;
            Assert.That(Ids(store, 1), Is.EqualTo(ViewsBefore(position)), $"seed {Seed}, kill {kill}, position {position}");
            positions.Add(position);
        }

        Assert.That(positions, Has.Count.GreaterThan(Kills / 2), "the kills came at different positions");
        await using SignalStore killed = LogBench.OpenAt(path);
        await using SignalStore whole = bench.OpenStore("whole");
        await LogBench.CatchUpAsync(killed, bench.Options);
        await LogBench.CatchUpAsync(whole, bench.Options);
        Assert.That(killed.GetResumePosition("kafka:events/0"), Is.EqualTo(sent));
        Assert.That(Ids(killed, 1), Is.EqualTo(ViewsBefore(sent)));
        Assert.That(Ids(killed, 2), Is.EqualTo(Ids(whole, 2)).And.Length.GreaterThan(5));
    }

    // Of ten records one is of a user who is erased by another one, and the id of an event is its offset.
    private static bool IsErasure(int offset) => offset % 100 == 19;

    private static bool IsOfTheErased(int offset) => offset % 10 == 5;

    private static IEnumerable<ulong> ViewsBefore(long position) => Enumerable.Range(0, (int)position)
        .Where(offset => !IsErasure(offset) && !IsOfTheErased(offset)).Select(offset => (ulong)offset);

    private static async Task<int> SendAsync(LogBench bench, int first, int end)
    {
        List<Task<LogAck>> sent = [];
        for (int offset = first; offset < end; offset++)
        {
            if (IsErasure(offset))
            {
                DateTimeOffset time = DateTimeOffset.FromUnixTimeMilliseconds(LogBench.TimeMs(90_000 - offset));
                long at = bench.Produce(PartitionHash.KeyOf(UserId.From(2)), "erase", time: time);
                Assert.That(at, Is.EqualTo(offset));
                continue;
            }

            sent.Add(bench.Log.AppendAsync(LogBench.View(IsOfTheErased(offset) ? 2UL : 1UL, offset, secondsAgo: 90_000 - offset)));
            if (IsErasure(offset + 1) || offset + 1 == end)
            {
                await Task.WhenAll(sent);
                Assert.That(sent[^1].Result.Offset, Is.EqualTo(offset));
            }
        }

        return end;
    }

    private static ulong[] Ids(SignalStore store, ulong user)
    {
        using Sequence seen = store.Read(UserId.From(user), store.Query("view").Last(10_000).OldestFirst().Columns().Build());
        return seen.Ids.ToArray();
    }

    private static void RunAndKill(string path, string bootstrapServers, long target)
    {
        using WatchedProcess child = WatchedProcess.Start(ChildProcess.StartOf(LogChild.Word, path, bootstrapServers));
        Stream output = child.Output;
        byte[] position = new byte[sizeof(long)];
        do
        {
            int read = output.ReadAtLeast(position, position.Length, throwOnEndOfStream: false);
            if (read < position.Length)
            {
                Assert.Fail($"The child does not follow the log: {child.WaitForEnd().Errors}");
            }
        }
        while (BinaryPrimitives.ReadInt64LittleEndian(position) < target);

        child.Kill();
        child.WaitForEnd();
    }
}
