namespace Signals.Bench.Checkpoints;

/// <summary>A store of wide events whose bytes no encoding makes fewer, so that its size is known. Used by one thread.</summary>
internal sealed class CheckpointStore : IDisposable
{
    private const int Users = 20_000;
    private const int VectorBytes = 256;
    private const int EventBytes = VectorBytes + 16; // in tables, about
    private const int BatchRows = 256;
    private const int RandomBytes = 16 << 20;
    private const int ReadRows = 20;

    private static readonly long Start = new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero).ToUnixTimeMilliseconds();
    private static readonly StoreSchema Schema = StoreSchema.Define(s => s.EventType("view", t => t
        .Field<int>("action").Vector<sbyte>("embedding", VectorBytes)));

    private readonly sbyte[] _random = new sbyte[RandomBytes];
    private readonly Random _next = new(1);
    private long _events;

    public CheckpointStore(string folder)
    {
        new Random(2).NextBytes(System.Runtime.InteropServices.MemoryMarshal.AsBytes(_random.AsSpan()));
        Store = SignalStore.Open(folder, Schema);
    }

    public SignalStore Store { get; }

    /// <summary>Appends events that take about so many bytes in tables.</summary>
    public void Append(long bytes)
    {
        EventBatch batch = Store.CreateBatch("view", BatchRows);
        for (long left = Math.Max(1, bytes / EventBytes); left > 0; left--)
        {
            batch.Add(UserOf(_next.Next(Users)), Start + (_events * 50), (ulong)_events)
                .Set("action", (int)(_events % 16))
                .SetVector<sbyte>("embedding", _random.AsSpan(_next.Next(RandomBytes - VectorBytes), VectorBytes));
            _events++;
            if (batch.Count == BatchRows || left == 1)
            {
                Store.Append(batch);
                batch.Clear();
            }
        }
    }

    /// <summary>Of a hundred users, how many get another answer from the store in a folder than from this one.</summary>
    public int CountDifferences(string folder)
    {
        using SignalStore other = SignalStore.Open(folder, Schema);
        SequenceQuery here = Store.Query("view").Last(ReadRows).Build();
        SequenceQuery there = other.Query("view").Last(ReadRows).Build();
        int different = 0;
        for (int i = 0; i < Users; i += Users / 100)
        {
            using Sequence expected = Store.Read(UserOf(i), here);
            using Sequence found = other.Read(UserOf(i), there);
            different += expected.Times.SequenceEqual(found.Times)
                && expected.Field<int>("action").SequenceEqual(found.Field<int>("action"))
                && expected.Vector<sbyte>("embedding").SequenceEqual(found.Vector<sbyte>("embedding")) ? 0 : 1;
        }

        return different;
    }

    public void Dispose() => Store.Dispose();

    private static UserId UserOf(int user) => UserId.From((ulong)user + 1);
}
