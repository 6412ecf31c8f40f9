using Signals.Enrichment;
using Signals.Tests.Storage.Tables;

namespace Signals.Tests.Storage.Entities;

/// <summary>An entity table has the same bytes in whatever order the entities came, and the last statement about each counts.</summary>
internal sealed class EntityTableWriterTests
{
    private static readonly EntityWriterOptions Tight = new() { BlockBytes = 256, MemoryBytes = 64 << 10 };

    [Test]
    public void Finish_AnyOrderAndMemory_SameBytes()
    {
        int[] numbers = [.. Enumerable.Range(0, 20_000)];
        MemoryFileSystem files = new();
        byte[] expected = EntitySamples.Write(files, numbers);
        new Random(5).Shuffle(numbers);
        Assert.That(EntitySamples.Write(files, numbers).SequenceEqual(expected), Is.True, "another order");
        Assert.That(EntitySamples.Write(files, numbers, Tight).SequenceEqual(expected), Is.True, "sorted on disk");
        Assert.That(files.ListFiles(""), Is.EqualTo(new[] { EntitySamples.Path }), "no run is left");
    }

    [Test]
    public void Finish_MoreRunsThanOneMergeTakes_LastOfEachKeyCounts()
    {
        MemoryFileSystem files = new();
        using EntityTableWriter writer = EntityTableWriter.Create(files, EntitySamples.Path, EntitySamples.Schema, Tight);
        Random random = new(6);
        Dictionary<int, int> last = [];
        for (int i = 0; i < 60_000; i++)
        {
            int number = random.Next(2000);
            last[number] = i % 7;
            EntitySamples.Add(writer, number, i % 7);
        }

        Assert.That(writer.RunCount, Is.GreaterThan(64), "the case is about more than one pass");
        Assert.That(writer.Finish(), Is.EqualTo(last.Count));
        using EntityTable table = EntitySamples.Open(files);
        EntityLookup lookup = table.CreateLookup();
        lookup.Find([.. last.Keys.Select(EntitySamples.KeyOf)]);
        int row = 0;
        foreach ((int number, int revision) in last)
        {
            EntitySamples.AssertRow(lookup, row++, number, revision);
        }
    }

    [Test]
    public void Add_EntityTwice_TheLastOneCountsWhole()
    {
        MemoryFileSystem files = new();
        using (EntityTableWriter writer = EntityTableWriter.Create(files, EntitySamples.Path, EntitySamples.Schema, Tight))
        {
            writer.Add(EntitySamples.KeyOf(1)).Set("price", 1f).Set("title", "first");
            writer.Add(EntitySamples.KeyOf(1)).Set("price", 2f);
            Assert.That(writer.Finish(), Is.EqualTo(1));
        }

        using EntityTable table = EntitySamples.Open(files);
        EntityLookup lookup = table.CreateLookup("price", "title");
        lookup.Find([EntitySamples.KeyOf(1)]);
        Assert.That(lookup.Read<float>(0)[0], Is.EqualTo(2f));
        Assert.That(lookup.ReadVariable(1).Has(0), Is.False);
    }

    [Test]
    public void Dispose_Unfinished_LeavesNothing()
    {
        MemoryFileSystem files = new();
        using (EntityTableWriter writer = EntityTableWriter.Create(files, EntitySamples.Path, EntitySamples.Schema, Tight))
        {
            for (int i = 0; i < 5000; i++)
            {
                EntitySamples.Add(writer, i);
            }

            Assert.That(writer.RunCount, Is.Positive);
        }

        Assert.That(files.ListFiles(""), Is.Empty);
    }

    [Test]
    public void Add_AfterFinish_IsRefused()
    {
        using EntityTableWriter writer = EntityTableWriter.Create(new MemoryFileSystem(), EntitySamples.Path, EntitySamples.Schema, Tight);
        writer.Finish();
        Assert.Throws<InvalidOperationException>(() => EntitySamples.Add(writer, 1));
        Assert.Throws<InvalidOperationException>(() => writer.Finish());
    }
}
