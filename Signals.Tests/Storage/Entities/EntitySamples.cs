using System.Globalization;
using System.Text;
using Signals.Enrichment;
using Signals.Tests.Storage.Tables;

namespace Signals.Tests.Storage.Entities;

/// <summary>Entities of every kind of column whose facts follow from their number, on files in memory.</summary>
internal static class EntitySamples
{
    public const string Path = "/tables/items";

    public static EntitySchema Schema { get; } = EntitySchema.Define("items", t => t
        .Field<float>("price")
        .Field<bool>("is_new")
        .Text("title")
        .Vector<Half>("vector", 4));

    public static EntityWriterOptions SmallBlocks { get; } = new() { BlockBytes = 256 };

    public static EntityKey KeyOf(int number) => number % 2 == 0 ? EntityKey.From((ulong)number) : EntityKey.From($"item {number}");

    public static void Add(EntityTableWriter writer, int number, int revision = 0)
    {
        EntityRow row = writer.Add(KeyOf(number))
            .Set("price", number + (revision / 8f))
            .Set("is_new", number % 3 == 0)
            .SetVector<Half>("vector", [(Half)(number % 100), (Half)1, (Half)2, (Half)revision]);
        if (number % 5 == 0)
        {
            row.SetNull("title");
        }
        else if (number % 5 != 1)
        {
            row.Set("title", Title(number));
        }
    }

    public static string Title(int number) => string.Create(CultureInfo.InvariantCulture, $"the title of {number}");

    /// <summary>Writes entities, in this order, and returns the file's bytes.</summary>
    public static byte[] Write(MemoryFileSystem files, IEnumerable<int> numbers, EntityWriterOptions? options = null, int revision = 0)
    {
        using EntityTableWriter writer = EntityTableWriter.Create(files, Path, Schema, options ?? SmallBlocks);
        foreach (int number in numbers)
        {
            Add(writer, number, revision);
        }

        writer.Finish();
        return files[Path];
    }

    public static EntityTable Open(MemoryFileSystem files, long cacheBytes = 1 << 20) =>
        EntityTable.Open(files, Path, new EntityTableOptions { CacheBytes = cacheBytes });

    /// <summary>Compares a row of an answer with what <see cref="Add"/> wrote.</summary>
    public static void AssertRow(EntityLookup lookup, int row, int number, int revision = 0)
    {
        Assert.That(lookup.Found[row], Is.True, $"entity {number}");
        Assert.That(lookup.Read<float>(0)[row], Is.EqualTo(number + (revision / 8f)));
        Assert.That(lookup.Read<bool>(1)[row], Is.EqualTo(number % 3 == 0));
        ColumnState title = (number % 5) switch { 0 => ColumnState.Null, 1 => ColumnState.Absent, _ => ColumnState.Value };
        Assert.That(lookup.ReadVariable(2).States[row], Is.EqualTo(title));
        Assert.That(Encoding.UTF8.GetString(lookup.ReadVariable(2)[row]), Is.EqualTo(title == ColumnState.Value ? Title(number) : ""));
        Assert.That(lookup.Read<Half>(3).Row(row).ToArray(), Is.EqualTo(new[] { (Half)(number % 100), (Half)1, (Half)2, (Half)revision }));
    }
}
