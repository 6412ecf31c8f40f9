using Signals.Storage.Versions;

namespace Signals.Tests.Storage.Versions;

/// <summary>The name of a file gives its kind and number, and the other way round.</summary>
[Category("Fast")]
internal sealed class StoreFilesTests
{
    [TestCase("CURRENT", "Current", 0ul)]
    [TestCase("LOCK", "Lock", 0ul)]
    [TestCase("000001.log", "Log", 1ul)]
    [TestCase("1234567.tbl", "Table", 1_234_567ul)]
    [TestCase("MANIFEST-000042", "Manifest", 42ul)]
    [TestCase("CURRENT.tmp", "Temporary", 0ul)]
    [TestCase("000001.tbl.tmp", "Temporary", 0ul)]
    [TestCase("notes.txt.tmp", "Foreign", 0ul)]
    [TestCase("1.log", "Foreign", 0ul)]
    [TestCase("0000001.log", "Foreign", 0ul)]
    [TestCase("000000.tbl", "Foreign", 0ul)]
    [TestCase("+00001.tbl", "Foreign", 0ul)]
    [TestCase("MANIFEST-", "Foreign", 0ul)]
    [TestCase("99999999999999999999.log", "Foreign", 0ul)]
    [TestCase("current", "Foreign", 0ul)]
    public void Classify_Name_GivesKindAndNumber(string name, string kind, ulong number)
    {
        Assert.That(StoreFiles.Classify(name, out ulong found).ToString(), Is.EqualTo(kind));
        Assert.That(found, Is.EqualTo(number));
    }

    [Test]
    public void Names_OfANumber_ClassifyBackToIt([Values(1ul, 999_999ul, 1_000_000ul, ulong.MaxValue)] ulong number)
    {
        Assert.That(StoreFiles.Classify(StoreFiles.Log(number), out ulong log), Is.EqualTo(StoreFileKind.Log));
        Assert.That(StoreFiles.Classify(StoreFiles.Table(number), out ulong table), Is.EqualTo(StoreFileKind.Table));
        Assert.That(StoreFiles.Classify(StoreFiles.Manifest(number), out ulong manifest), Is.EqualTo(StoreFileKind.Manifest));
        Assert.That(StoreFiles.Classify(StoreFiles.Segment(number), out ulong segment), Is.EqualTo(StoreFileKind.Segment));
        Assert.That(StoreFiles.Classify(StoreFiles.ColumnFile(number), out ulong columns), Is.EqualTo(StoreFileKind.ColumnFile));
        Assert.That(new[] { log, table, manifest, segment, columns }, Is.All.EqualTo(number));
    }
}
