using System.Runtime.InteropServices;
using System.Text;
using Signals.Tests.Simulation;

namespace Signals.Tests.Storage.Engine;

/// <summary>NaN, infinities and text that is no UTF-8 are kept bit for bit wherever an event lies, and hold up nothing.</summary>
[Category("Fast")]
internal sealed class StrangeValueTests
{
    private const ulong QuietNaN = 0x7FF8_0000_0000_0001;
    private const ulong SignallingNaN = 0x7FF0_0000_0000_0001;

    private static readonly UserId TheUser = UserId.From(7);
    private static readonly byte[] NotUtf8 = [0xFF, (byte)'a', 0xC0, 0x80, 0xED, 0xA0, 0x80];

    private static readonly double[] Numbers =
    [
        BitConverter.UInt64BitsToDouble(QuietNaN), BitConverter.UInt64BitsToDouble(SignallingNaN), double.NaN,
        double.PositiveInfinity, double.NegativeInfinity, -0.0, 0.0, double.Epsilon, double.MaxValue,
    ];

    private static readonly StoreSchema Schema = StoreSchema.Define(s => s.EventType("e", t => t
        .Field<double>("number").Text("text").Vector<Half>("v", 2).KeepLast(Numbers.Length).MaxAge(TimeSpan.FromDays(2))
        .Window(TimeSpan.FromDays(1))));

    [Test]
    public async Task Read_StrangeValuesInMemoryTablesAndMergedTables_GivesTheSameBits()
    {
        SimFileSystem files = new();
        ManualTime time = new(TestStores.Start);
        using (SignalStore store = TestStores.Open(files, Schema, time))
        {
            Append(store, TestStores.Start);
            AssertBits(store, "in memory");
            await store.FlushAsync();
            AssertBits(store, "in a table");
            Append(store, TestStores.Start);
            await store.FlushAsync();
            await store.CompactAsync();
            AssertBits(store, "copies merged");
        }

        using SignalStore again = TestStores.Open(files, Schema, time);
        AssertBits(again, "reopened");
    }

    [Test]
    public async Task Compact_StrangeValues_DoNotHoldUpRetention()
    {
        ManualTime time = new(TestStores.Start);
        using SignalStore store = TestStores.Open(new SimFileSystem(), Schema, time);
        Append(store, TestStores.Start);
        await store.FlushAsync();
        time.NowMs += 4 * 86_400_000L;
        Append(store, time.NowMs); // only an event proves that time went on
        await store.CompactAsync();
        using Sequence read = store.Read(TheUser, store.Query("e").Build());
        Assert.That(
            (read.Count, store.GetStats().TableRows, store.GetStats().TablesExpired),
            Is.EqualTo((Count: Numbers.Length, TableRows: (long)Numbers.Length, TablesExpired: 1L)));
    }

    private static void Append(SignalStore store, long start)
    {
        EventBatch batch = store.CreateBatch("e");
        for (int i = 0; i < Numbers.Length; i++)
        {
            batch.Add(TheUser, start + i, (ulong)i)
                .Set("number", Numbers[i]).SetBytes("text", NotUtf8).SetVector<Half>("v", [Half.NaN, Half.NegativeInfinity]);
        }

        Assert.That(store.TryAppend(batch, out _));
        store.Engine.RunPending();
    }

    private static void AssertBits(SignalStore store, string where)
    {
        using Sequence read = store.Read(TheUser, store.Query("e").OldestFirst().Columns("number", "text", "v").Build());
        Assert.That(
            MemoryMarshal.Cast<double, ulong>(read.Field<double>("number")).ToArray(),
            Is.EqualTo(Numbers.Select(BitConverter.DoubleToUInt64Bits)), where);
        Assert.That(read.Bytes("text", 0).ToArray(), Is.EqualTo(NotUtf8), where);
        Assert.That(read.Text("text", 0), Is.EqualTo(Encoding.UTF8.GetString(NotUtf8)), "what is no UTF-8 shows as replacement characters");
        Assert.That(Half.IsNaN(read.Vector<Half>("v")[0]) && Half.IsNegativeInfinity(read.Vector<Half>("v")[1]), where);
    }
}
