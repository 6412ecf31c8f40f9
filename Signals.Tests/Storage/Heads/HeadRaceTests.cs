using Signals.Tests.Reliability;
using Signals.Tests.Storage.Engine;

namespace Signals.Tests.Storage.Heads;

/// <summary>
/// Reads from heads while events come in, memtables are flushed and tables merged: every acknowledged event is there, in its order, with
/// its own values.
/// </summary>
[Category("Reliability")]
internal sealed class HeadRaceTests
{
    private const int Users = 8;
    private const int Last = 40;
    private const int Rounds = 4000;

    private static readonly string[] Types = ["e", "f"];

    private readonly StoreSchema _schema = StoreSchema.Define(s => s
        .EventType("e", t => t.Field<long>("a").Field<int>("b").Window(TimeSpan.FromMinutes(10)))
        .EventType("f", t => t.Field<int>("b").Field<long>("a").Window(TimeSpan.FromMinutes(10))));

    private readonly long[] _acknowledged = new long[Users];
    private volatile bool _stop;

    [Test]
    public async Task Read_BesideAppendsFlushesAndMerges_HasEveryAcknowledgedEvent([Values(1, 2)] int types, [Values] SequenceOrder order)
    {
        Array.Clear(_acknowledged);
        _stop = false;
        string folder = Path.Combine(TestContext.CurrentContext.WorkDirectory, "head-race-" + Guid.NewGuid().ToString("N"));
        try
        {
            using SignalStore store = SignalStore.Open(
                folder, _schema, new StoreOptions { MemTableBytes = 1 << 20, BlockCacheBytes = 1 << 20, HeadCacheBytes = 64 << 10 });
            Task[] readers = [.. Enumerable.Range(0, 3).Select(reader => Task.Factory.StartNew(
                () => Read(store, reader, types, order), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default))];
            try
            {
                await AppendAll(store, types);
            }
            finally
            {
                _stop = true;
                await Task.WhenAll(readers);
            }

            Assert.That(store.GetStats().HeadsMade, Is.GreaterThan(0));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private async Task AppendAll(SignalStore store, int types)
    {
        EventBatch[] batches = [.. Types.Take(types).Select(type => store.CreateBatch(type))];
        Random random = new(5);
        for (int round = 0; round < TestScale.Of(Rounds); round++)
        {
            int user = random.Next(Users);
            int events = 1 + random.Next(6);
            long first = _acknowledged[user];
            for (int i = 0; i < events; i++)
            {
                // The order of arrival is not that of time, within one batch.
                long number = first + (i % 2 == 0 && i + 1 < events ? i + 1 : i % 2 == 1 ? i - 1 : i);
                batches[number % types].Add(UserId.From((ulong)user + 1), TestStores.Start + number, (ulong)number)
                    .Set("a", number * 3).Set("b", (int)number ^ user);
            }

            foreach (EventBatch batch in batches.Where(batch => batch.Count > 0))
            {
                await store.AppendAsync(batch);
                batch.Clear();
            }

            Volatile.Write(ref _acknowledged[user], first + events);
            if (round % 97 == 0)
            {
                await store.FlushAsync();
            }

            if (round % 401 == 0)
            {
                await store.CompactAsync();
            }
        }
    }

    private void Read(SignalStore store, int seed, int types, SequenceOrder order)
    {
        SequenceQueryBuilder builder = store.Query(Types.AsSpan(0, types)).Last(Last).Columns("a", "b");
        SequenceQuery query = (order == SequenceOrder.OldestFirst ? builder.OldestFirst() : builder).Build();
        Random random = new(seed);
        while (!_stop)
        {
            int user = random.Next(Users);
            long expected = Volatile.Read(ref _acknowledged[user]);
            using Sequence sequence = store.Read(UserId.From((ulong)user + 1), query);
            RequireWhole(sequence, user, expected, order == SequenceOrder.OldestFirst);
        }
    }

    /// <summary>The rows are the newest numbers without a gap, each with the values that follow from it.</summary>
    private static void RequireWhole(in Sequence sequence, int user, long expected, bool oldestFirst)
    {
        if (sequence.Count == 0)
        {
            Assert.That(expected, Is.Zero, "an acknowledged event is missing");
            return;
        }

        long newest = (long)sequence.Ids[oldestFirst ? ^1 : 0];
        if (newest < expected - 1)
        {
            Assert.Fail($"user {user}: the newest is {newest}, acknowledged are {expected}");
        }

        // Within a batch that is not acknowledged yet, a later number may be there before an earlier one.
        long counted = Math.Min(expected, Last);
        long seen = 0;
        for (int row = 0; row < sequence.Count; row++)
        {
            int i = oldestFirst ? sequence.Count - 1 - row : row;
            int before = oldestFirst ? i + 1 : i - 1;
            long number = (long)sequence.Ids[i];
            seen += number < expected && number >= expected - counted ? 1 : 0;
            bool isRight = sequence.Times[i] == TestStores.Start + number && sequence.Field<long>("a")[i] == number * 3
                && sequence.Field<int>("b")[i] == ((int)number ^ user) && (row == 0 || number < (long)sequence.Ids[before]);
            if (!isRight)
            {
                Assert.Fail($"user {user}: row {i} is number {number}, with values or in an order that are not its own");
            }
        }

        long besides = newest + 1 - expected;
        Assert.That(seen, Is.GreaterThanOrEqualTo(Math.Max(0, counted - besides)), $"user {user}: acknowledged events are missing");
    }
}
