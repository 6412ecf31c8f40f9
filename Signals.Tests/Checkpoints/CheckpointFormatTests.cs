using System.Buffers;
using MessagePack;
using Signals.Checkpoints;
using Signals.Checkpoints.Formats;

namespace Signals.Tests.Checkpoints;

/// <summary>The bytes of manifest and CURRENT: pinned, read back, and refused when they state what no store can have.</summary>
[Category("Fast")]
internal sealed class CheckpointFormatTests
{
    private static readonly ContentHash Hash = ContentHash.Of("signals"u8);

    internal static readonly CheckpointManifest Sample = new()
    {
        CreatedMs = CheckpointStores.Start,
        Run = new Guid("00112233-4455-6677-8899-aabbccddeeff"),
        Previous = ContentHash.Of("before"u8),
        Position = new CheckpointPosition([new SourcePosition("topic/3", 77) { Generation = 2 }], 123_456),
        SchemaHash = ContentHash.Of("schema"u8),
        Files =
        [
            new ManifestFile("000007.log", 65_536, [new PartRef(Hash, 100, 0)]),
            new ManifestFile("000009.tbl", 300, [new PartRef(Hash, 100, 0), new PartRef(Hash, 200, 0xABCD)]),
            new ManifestFile("CURRENT", 30, [new PartRef(Hash, 30, 0)]),
            new ManifestFile("MANIFEST-000001", 5000, []),
        ],
    };

    private static readonly CheckpointManifest AfterErasure = Sample with
    {
        Erasure = new ErasureMark(new Guid("ffeeddcc-bbaa-9988-7766-554433221100"), CheckpointStores.Start + 5),
    };

    [Test]
    public void Manifest_WrittenAndRead_IsTheSame()
    {
        CheckpointManifest read = ManifestFormat.Read(ManifestFormat.Write(Sample));
        Assert.That(read.Position.ToString(), Is.EqualTo("topic/3 generation 2 77"));
        Assert.That(read.Position.CommitPosition, Is.EqualTo(123_456));
        Assert.That(
            (read.CreatedMs, read.Run, read.Previous, read.SchemaHash),
            Is.EqualTo((Sample.CreatedMs, Sample.Run, Sample.Previous, Sample.SchemaHash)));
        Assert.That(read.Files.Zip(Sample.Files).All(pair => pair.First.HasContentOf(pair.Second)));
        Assert.That(read.Files.SelectMany(file => file.Parts), Is.EqualTo(Sample.Files.SelectMany(file => file.Parts)));
        Assert.That(ManifestFormat.Write(read), Is.EqualTo(ManifestFormat.Write(Sample)));
    }

    [Test]
    public void Bytes_OfVersionOne_NeverChange()
    {
        Assert.That(ContentHash.Of(ManifestFormat.Write(Sample)).ToString(), Is.EqualTo(GoldenManifest));
        Assert.That(Convert.ToHexStringLower(CurrentFormat.Write(Hash, 321)), Is.EqualTo(GoldenCurrent));
    }

    /// <summary>A manifest after an erasure has a version of its own, so that an older uploader does not name parts that go.</summary>
    [Test]
    public void Bytes_OfVersionTwo_NeverChange()
    {
        byte[] blob = ManifestFormat.Write(AfterErasure);
        Assert.That(ContentHash.Of(blob).ToString(), Is.EqualTo(GoldenManifestAfterErasure));
        Assert.That(blob[CheckpointFormat.VersionOffset], Is.EqualTo(2));
        Assert.That(ManifestFormat.Read(blob).Erasure, Is.EqualTo(AfterErasure.Erasure));
    }

    [Test]
    public void Manifest_ErasureThatDoesNotFitTheVersion_IsRefused([Values(1, 2, 3)] byte version)
    {
        byte[] blob = ManifestFormat.Write(version == 1 ? AfterErasure : Sample);
        blob[CheckpointFormat.VersionOffset] = version;
        Assert.That(() => ManifestFormat.Read(blob), Throws.InstanceOf<InvalidDataException>());
    }

    [Test]
    public void Manifest_ErasureAtNoDate_IsRefused([Values(-1, long.MaxValue)] long atMs) => Assert.That(
        () => ManifestFormat.Read(ManifestFormat.Write(Sample with { Erasure = new ErasureMark(Guid.NewGuid(), atMs) })),
        Throws.InstanceOf<InvalidDataException>().With.Message.Contains("erased"));

    [Test]
    public void Current_WrittenAndRead_IsTheSame() =>
        Assert.That(CurrentFormat.Read(CurrentFormat.Write(Hash, 321, uint.MaxValue)), Is.EqualTo((Hash, 321, uint.MaxValue)));

    [Test]
    public void Current_OfAnAbsurdLength_IsRefused(
        [Values(0, -1, 16, CheckpointFormat.MaxManifestBytes + 1, int.MaxValue)] int length) =>
        Assert.That(() => CurrentFormat.Read(CurrentFormat.Write(Hash, length)), Throws.InstanceOf<InvalidDataException>());

    [Test]
    public void Manifest_AnyByteChangedOrCut_IsReadOrRefused([Values] bool afterErasure)
    {
        byte[] whole = ManifestFormat.Write(afterErasure ? AfterErasure : Sample);
        for (int i = 0; i < whole.Length; i++)
        {
            foreach (byte bit in new byte[] { 1, 16, 128, 255 })
            {
                byte[] damaged = [.. whole];
                damaged[i] ^= bit;
                RequireReadOrRefused(damaged);
            }

            Assert.That(() => ManifestFormat.Read(whole.AsMemory(0, i)), Throws.InstanceOf<InvalidDataException>(), $"{i} bytes");
        }

        Assert.That(() => ManifestFormat.Read((byte[])[.. whole, 0]), Throws.InstanceOf<InvalidDataException>());
    }

    [TestCase("../../etc/cron.d/evil")]
    [TestCase("/etc/passwd")]
    [TestCase("..")]
    [TestCase(".")]
    [TestCase("")]
    [TestCase("a/000001.tbl")]
    [TestCase("000001.tbl/../../x")]
    [TestCase("000001.tbl\0")]
    [TestCase("000001.exe")]
    [TestCase("LOCK")]
    [TestCase("current")]
    [TestCase("00001.tbl")]
    [TestCase("\u0660\u0660\u0660\u0660\u0660\u0661.tbl")]
    [TestCase("000000000000000000001.tbl")]
    public void Manifest_FileThatNoStoreHas_IsRefused(string name) => Assert.That(
        () => ManifestFormat.Read(ManifestFormat.Write(With(new ManifestFile(name, 1, [])))),
        Throws.InstanceOf<InvalidDataException>().With.Message.Contains("name"));

    [TestCase(-1)]
    [TestCase(99)]
    [TestCase(long.MaxValue)]
    [TestCase(CheckpointFormat.MaxZeroTail + 101)]
    public void Manifest_LengthThatDoesNotFitTheParts_IsRefused(long length) => Assert.That(
        () => ManifestFormat.Read(ManifestFormat.Write(With(new ManifestFile("000001.tbl", length, [new PartRef(Hash, 100, 0)])))),
        Throws.InstanceOf<InvalidDataException>());

    [TestCase(0)]
    [TestCase(-5)]
    [TestCase(int.MaxValue)]
    [TestCase(CheckpointFormat.MaxPartBytes + 1)]
    public void Manifest_PartOfAnAbsurdLength_IsRefused(int length) => Assert.That(
        () => ManifestFormat.Read(ManifestFormat.Write(With(new ManifestFile("000001.tbl", int.MaxValue, [new PartRef(Hash, length, 0)])))),
        Throws.InstanceOf<InvalidDataException>());

    [Test]
    public void Manifest_FileTwice_IsRefused()
    {
        ManifestFile file = new("000001.tbl", 1, []);
        Assert.That(
            () => ManifestFormat.Read(ManifestFormat.Write(With(file, file))),
            Throws.InstanceOf<InvalidDataException>().With.Message.Contains("twice"));
    }

    [Test]
    public void Manifest_WithoutCurrent_IsRefused() => Assert.That(
        () => ManifestFormat.Read(ManifestFormat.Write(Sample with { Files = [.. Sample.Files.Where(file => file.Name != "CURRENT")] })),
        Throws.InstanceOf<InvalidDataException>().With.Message.Contains("CURRENT"));

    [Test]
    public void Manifest_MoreBytesThanAnyDisk_IsRefused()
    {
        ManifestFile[] files =
            [.. Enumerable.Range(1, 70_000).Select(i => new ManifestFile($"{i:d6}.tbl", CheckpointFormat.MaxZeroTail, []))];
        Assert.That(() => ManifestFormat.Read(ManifestFormat.Write(With(files))), Throws.InstanceOf<InvalidDataException>());
    }

    /// <summary>A count is stated that memory could not hold: it is refused before anything is allocated for it.</summary>
    [TestCase(4)]
    [TestCase(6)]
    public void Manifest_AbsurdCount_AllocatesLittle(int field)
    {
        var buffer = new ArrayBufferWriter<byte>();
        BlobHeader.Write(buffer.GetSpan(CheckpointFormat.HeaderBytes), CheckpointFormat.ManifestMagic);
        buffer.Advance(CheckpointFormat.HeaderBytes);
        var writer = new MessagePackWriter(buffer);
        writer.WriteArrayHeader(7);
        writer.Write(1L);
        writer.Write(new byte[16]);
        writer.WriteNil();
        writer.Write(1L);
        writer.WriteArrayHeader(field == 4 ? 8_000_000 : 0);
        if (field == 6)
        {
            writer.Write(new byte[32]);
            writer.WriteArrayHeader(8_000_000);
        }

        writer.Flush();
        byte[] bytes = [.. buffer.WrittenSpan, .. new byte[8_000_001]];
        long before = GC.GetAllocatedBytesForCurrentThread();
        Assert.That(() => ManifestFormat.Read(bytes), Throws.InstanceOf<InvalidDataException>().With.Message.Contains("are left"));
        Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.LessThan(1 << 20));
    }

    [TestCase("parts/", false)]
    [TestCase("parts/xyz", false)]
    [TestCase("manifests/", false)]
    public void Names_ThatAreNotOurs_AreNotRecognized(string name, bool expected)
    {
        Assert.That(BlobNames.TryParsePart(name, out _, out _), Is.EqualTo(expected));
        Assert.That(BlobNames.TryParseManifest(name, out _), Is.EqualTo(expected));
    }

    [Test]
    public void Names_OfParts_AreReadBack([Values(0u, 1u, 0xFFFFFFFFu)] uint copy)
    {
        Assert.That(BlobNames.TryParsePart(BlobNames.Part(Hash, copy), out ContentHash hash, out uint read));
        Assert.That((hash, read), Is.EqualTo((Hash, copy)));
        Assert.That(BlobNames.TryParsePart(BlobNames.Part(Hash, copy).ToUpperInvariant(), out _, out _), Is.False);
        Assert.That(BlobNames.TryParsePart(BlobNames.Part(Hash, copy) + "-", out _, out _), Is.False);
    }

    private const string GoldenManifest = "3fe5d288410d7fbcf254150ee0e35912167a7403f4030b6bc8ba63582fe695dd";
    private const string GoldenManifestAfterErasure = "ec41f94eda5a9277fc4924f8b6f628c5c8b9733f06e9d39437d9777d7b1ab10f";
    private const string GoldenCurrent =
        "5349474e435552310100000000000000c1d2c1df9eabd696f6fa30bd829fabe1"
        + "d0dfb1760876a381717729f6f0442add41010000000000006c727fc0d867323a";

    private static CheckpointManifest With(params ManifestFile[] files) =>
        Sample with
        {
            Files = [.. files.Concat(Sample.Files.Where(file => file.Name[0] > '9')).OrderBy(file => file.Name, StringComparer.Ordinal)],
        };

    private static void RequireReadOrRefused(byte[] bytes)
    {
        try
        {
            CheckpointManifest manifest = ManifestFormat.Read(bytes);
            string[] names = [.. manifest.Files.Select(file => file.Name)];
            Assert.That(names, Is.Unique.And.All.Matches<string>(name => StoreFileNames.IsStoreFile(name!)));
        }
        catch (InvalidDataException)
        {
            // Refused, as it should be where the change is one that a reader can see. The hash sees the others.
        }
    }
}
