using System.Globalization;

namespace Signals.Tests.Storage.Engine;

/// <summary>A store that takes little holds little, whatever its settings would let it take.</summary>
[Category("Fast")]
[NonParallelizable]
internal sealed class IdleStoreTests
{
    private const int Stores = 24;
    private const long MostResident = 6 << 20;
    private const long MostOnDisk = 6 << 20;

    private static readonly StoreSchema Schema = StoreSchema.Define(schema => schema.EventType("e", type => type.Field<long>("a")));

    private string _folder = null!;

    [SetUp]
    public void SetUp() => _folder = Directory.CreateTempSubdirectory("signals-").FullName;

    [TearDown]
    public void TearDown() => Directory.Delete(_folder, recursive: true);

    [Test]
    [Platform("Linux")]
    public void Open_StoresOfAThousandEvents_TakeAFewMegabytesEach()
    {
        OpenAndFill("warm").Dispose();
        long before = Resident();
        SignalStore[] stores = [.. Enumerable.Range(0, Stores).Select(i => OpenAndFill(i.ToString(CultureInfo.InvariantCulture)))];
        long each = (Resident() - before) / Stores;
        long onDisk = Directory.EnumerateFiles(Path.Combine(_folder, "0")).Sum(file => new FileInfo(file).Length);
        Array.ForEach(stores, store => store.Dispose());
        Assert.That(each, Is.LessThan(MostResident));
        Assert.That(onDisk, Is.LessThan(MostOnDisk));
    }

    private static long Resident()
    {
        GC.Collect();
        string pages = File.ReadAllText("/proc/self/statm").Split(' ')[1];
        return long.Parse(pages, CultureInfo.InvariantCulture) * Environment.SystemPageSize;
    }

    private SignalStore OpenAndFill(string name)
    {
        SignalStore store = SignalStore.Open(Path.Combine(_folder, name), Schema);
        EventBatch batch = store.CreateBatch("e");
        for (ulong i = 0; i < 1000; i++)
        {
            batch.Add(UserId.From(i % 100 + 1), TestStores.Start - 1 - (long)i, i).Set("a", (long)i);
        }

        store.Append(batch);
        return store;
    }
}
