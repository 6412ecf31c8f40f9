using Signals.Enrichment;
using Signals.Tests.Reliability;
using Signals.Tests.Storage.Tables;

namespace Signals.Tests.Storage.Entities;

/// <summary>Lookups find every entity and no other, read little, and stay within their cache.</summary>
[Category("Fast")]
internal sealed class EntityTableTests
{
    [Test]
    public void Find_EveryEntityAndStrangers_InOneBatch()
    {
        MemoryFileSystem files = new();
        EntitySamples.Write(files, Enumerable.Range(0, 500));
        using EntityTable table = EntitySamples.Open(files);
        EntityLookup lookup = table.CreateLookup();
        int[] asked = [.. Enumerable.Range(-20, 600).Reverse()];
        lookup.Find([.. asked.Select(n => n < 0 ? new EntityKey(0, ulong.MaxValue - (ulong)-n) : EntitySamples.KeyOf(n))]);
        for (int row = 0; row < asked.Length; row++)
        {
            if (asked[row] is >= 0 and < 500)
            {
                EntitySamples.AssertRow(lookup, row, asked[row]);
            }
            else
            {
                Assert.That(lookup.Found[row], Is.False, $"entity {asked[row]}");
                Assert.That(lookup.Read<float>(0).States[row], Is.EqualTo(ColumnState.Absent));
            }
        }

        Assert.That(table.Count, Is.EqualTo(500));
    }

    [Test]
    public void Find_OneEntityTwiceInABatch_AnswersBoth()
    {
        MemoryFileSystem files = new();
        EntitySamples.Write(files, Enumerable.Range(0, 50));
        using EntityTable table = EntitySamples.Open(files);
        EntityLookup lookup = table.CreateLookup();
        lookup.Find([EntitySamples.KeyOf(7), EntitySamples.KeyOf(8), EntitySamples.KeyOf(7)]);
        EntitySamples.AssertRow(lookup, 0, 7);
        EntitySamples.AssertRow(lookup, 1, 8);
        EntitySamples.AssertRow(lookup, 2, 7);
    }

    [Test]
    public void Find_EmptyTable_FindsNothing()
    {
        MemoryFileSystem files = new();
        EntitySamples.Write(files, []);
        using EntityTable table = EntitySamples.Open(files);
        EntityLookup lookup = table.CreateLookup("price");
        lookup.Find([EntitySamples.KeyOf(1)]);
        Assert.That(lookup.Found[0], Is.False);
        Assert.That(table.Count, Is.Zero);
    }

    [Test]
    public void Find_ManyKeysOfABlock_ReadsItOnce()
    {
        MemoryFileSystem files = new();
        EntitySamples.Write(files, Enumerable.Range(0, 2000));
        using EntityTable table = EntitySamples.Open(files);
        files.Reads.Clear();
        EntityLookup lookup = table.CreateLookup("price");
        EntityKey[] keys = [.. Enumerable.Range(0, 2000).Select(EntitySamples.KeyOf)];
        lookup.Find(keys);
        long blocks = table.Current.IndexBytes / 40;
        Assert.That(files.Reads, Has.Count.EqualTo(blocks), "each block once, though the keys came in no order of blocks");
        lookup.Find(keys);
        Assert.That(files.Reads, Has.Count.EqualTo(blocks), "warm");
    }

    [Test]
    public void Open_LargeTable_ReadsTheIndexAlone()
    {
        MemoryFileSystem files = new();
        byte[] bytes = EntitySamples.Write(files, Enumerable.Range(0, 20_000), new EntityWriterOptions());
        files.Reads.Clear();
        using EntityTable table = EntitySamples.Open(files);
        Assert.That(files.Reads.Sum(read => read.Length), Is.LessThan(bytes.Length / 20));
        Assert.That(table.ResidentBytes / 20_000.0, Is.LessThan(0.25), "bytes of index per entity");
        files.Reads.Clear();
        table.CreateLookup("price").Find([EntitySamples.KeyOf(77)]);
        Assert.That(files.Reads, Has.Count.EqualTo(1));
        Assert.That(files.Reads[0].Length, Is.LessThan(20 << 10));
    }

    [Test]
    public void Find_SmallCache_StaysWithinIt()
    {
        MemoryFileSystem files = new();
        EntitySamples.Write(files, Enumerable.Range(0, 3000));
        using EntityTable table = EntitySamples.Open(files, cacheBytes: 8 << 10);
        EntityLookup lookup = table.CreateLookup();
        Random random = new(3);
        for (int i = 0; i < 3000; i++)
        {
            int number = random.Next(3000);
            lookup.Find([EntitySamples.KeyOf(number)]);
            EntitySamples.AssertRow(lookup, 0, number);
            Assert.That(table.Current.CachedBytes, Is.LessThanOrEqualTo(8 << 10));
        }

        Assert.That(table.Current.BlockReads, Is.GreaterThan(1000), "what was evicted had to be read again");
        Assert.That(table.Current.CachedBytes, Is.GreaterThan(4 << 10));
    }

    [Test]
    public void Find_Warm_AllocatesNothing()
    {
        MemoryFileSystem files = new();
        EntitySamples.Write(files, Enumerable.Range(0, 1000));
        using EntityTable table = EntitySamples.Open(files);
        EntityLookup lookup = table.CreateLookup();
        EntityKey[] keys = [.. Enumerable.Range(0, 200).Select(n => EntitySamples.KeyOf(n * 6))];
        Assert.That(Allocations.LeastOf(() => lookup.Find(keys), times: 50), Is.Zero);
    }

    [Test]
    public void CreateLookup_WrongColumnOrType_IsRefused()
    {
        MemoryFileSystem files = new();
        EntitySamples.Write(files, [1]);
        using EntityTable table = EntitySamples.Open(files);
        Assert.Throws<ArgumentException>(() => table.CreateLookup("colour"));
        EntityLookup lookup = table.CreateLookup("title", "price");
        Assert.Throws<ArgumentException>(() => lookup.Read<float>(0));
        Assert.Throws<ArgumentException>(() => lookup.Read<int>(1));
        Assert.Throws<ArgumentException>(() => lookup.ReadVariable(1));
    }

    [Test]
    public void Find_AfterDispose_Throws()
    {
        MemoryFileSystem files = new();
        EntitySamples.Write(files, [1]);
        EntityTable table = EntitySamples.Open(files);
        EntityLookup lookup = table.CreateLookup();
        table.Dispose();
        table.Dispose();
        Assert.Throws<ObjectDisposedException>(() => lookup.Find([EntitySamples.KeyOf(1)]));
    }

    [Test]
    public void Open_RealFile_FindsWhatWasWritten()
    {
        string folder = Directory.CreateTempSubdirectory("signals-").FullName;
        try
        {
            string path = Path.Combine(folder, "items.entities");
            using (EntityTableWriter writer = EntityTableWriter.Create(path, EntitySamples.Schema))
            {
                EntitySamples.Add(writer, 12);
                writer.Finish();
            }

            using EntityTable table = EntityTable.Open(path);
            EntityLookup lookup = table.CreateLookup();
            lookup.Find([EntitySamples.KeyOf(12)]);
            EntitySamples.AssertRow(lookup, 0, 12);
            Assert.That(Directory.GetFiles(folder), Has.Length.EqualTo(1));
            Assert.Throws<SchemaMismatchException>(() =>
            {
                string other = Path.Combine(folder, "other.entities");
                using EntityTableWriter writer = EntityTableWriter.Create(other, EntitySchema.Define("items", t => t.Field<int>("price")));
                writer.Finish();
                table.Replace(other);
            });
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
