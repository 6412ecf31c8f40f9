using Signals.Kafka;
using Signals.Kafka.Poison;

namespace Signals.Tests.Kafka;

/// <summary>The bytes of poison files (docs/formats/partition-log.md).</summary>
[Category("Fast")]
internal sealed class PoisonFileTests
{
    private static readonly PoisonRecord One = new(5, 6, "events", "why", new byte[] { 1 }, null);
    private static readonly PoisonRecord Two = new(7, 8, "erase", "", null, new byte[] { 2, 3 });

    private string _path = null!;

    [SetUp]
    public void MakeFolder() => _path = Path.Combine(Directory.CreateTempSubdirectory("signals-").FullName, "t-0.poison");

    [TearDown]
    public void DeleteFolder() => Directory.Delete(Path.GetDirectoryName(_path)!, recursive: true);

    [Test]
    public void Write_OneRecord_GivesTheDocumentedBytes()
    {
        Write(One);
        const string Golden = "534947504F495331" + "2A000000" + "D5FFFFFF" + "FCDD3160D521F8B6" + "0500000000000000" + "0600000000000000"
            + "06000000" + "6576656E7473" + "03000000" + "776879" + "01000000" + "01" + "FFFFFFFF";
        Assert.That(Convert.ToHexString(File.ReadAllBytes(_path)), Is.EqualTo(Golden));
    }

    [Test]
    public void Write_AfterACrashAtAnyByte_KeepsTheWholeRecordsAndGoesOn()
    {
        Write(One);
        long first = new FileInfo(_path).Length;
        Write(Two);
        byte[] whole = File.ReadAllBytes(_path);
        for (int length = 0; length <= whole.Length; length++)
        {
            File.WriteAllBytes(_path, whole[..length]);
            int kept = length < first ? 0 : length < whole.Length ? 1 : 2;
            Assert.That(Offsets(), Is.EqualTo(new long[] { 5, 7 }[..kept]), $"{length}");
            Write(One with { Offset = 9 });
            Assert.That(Offsets(), Is.EqualTo((long[])[.. new long[] { 5, 7 }[..kept], 9]), $"{length}");
        }
    }

    [Test]
    public void Read_OneBitFlipped_IsNoticedAndNothingIsLost()
    {
        Write(One);
        int second = (int)new FileInfo(_path).Length;
        Write(Two);
        byte[] whole = File.ReadAllBytes(_path);
        for (int bit = 0; bit < 8 * whole.Length; bit++)
        {
            byte[] damaged = [.. whole];
            damaged[bit / 8] ^= (byte)(1 << (bit % 8));
            File.WriteAllBytes(_path, damaged);
            Assert.That(() => Offsets(), Throws.TypeOf<CorruptionException>(), $"bit {bit}");
            if (bit / 8 < second)
            {
                Assert.That(() => Write(One), Throws.TypeOf<CorruptionException>(), $"bit {bit}: nothing is cut off");
                continue;
            }

            Write(One with { Offset = 9 });
            Assert.That(Offsets(), Is.EqualTo(new long[] { 5, 9 }), $"bit {bit}: a power cut may have left it");
            Assert.That(File.ReadAllBytes($"{_path}.torn-{second}"), Is.EqualTo(damaged[second..]), $"bit {bit}: moved, not lost");
        }
    }

    [Test]
    public void Write_BehindAnEntryThatAPowerCutLeftInPart_GoesOn()
    {
        Write(One);
        int first = (int)new FileInfo(_path).Length;
        Write(Two);
        byte[] torn = File.ReadAllBytes(_path);
        Array.Clear(torn, torn.Length - 3, 3); // its length is there, its last bytes are not
        File.WriteAllBytes(_path, torn);
        Write(Two with { Offset = 9 });
        Assert.That(Offsets(), Is.EqualTo(new long[] { 5, 9 }));
        Assert.That(File.ReadAllBytes($"{_path}.torn-{first}"), Is.EqualTo(torn[first..]));
    }

    [Test]
    public void Read_ZerosWithAWholeEntryBehind_IsDamage()
    {
        Write(One);
        int first = (int)new FileInfo(_path).Length;
        Write(Two);
        byte[] whole = File.ReadAllBytes(_path);
        File.WriteAllBytes(_path, [.. whole[..first], .. new byte[16], .. whole[first..]]);
        Assert.That(() => Offsets(), Throws.TypeOf<CorruptionException>());
        Assert.That(() => Write(One), Throws.TypeOf<CorruptionException>(), "nothing is cut off");
    }

    [Test]
    public void Write_BehindZerosOfAPowerCut_CutsThemOff()
    {
        Write(One);
        File.WriteAllBytes(_path, [.. File.ReadAllBytes(_path), .. new byte[100]]);
        Write(Two);
        Assert.That(Offsets(), Is.EqualTo(new long[] { 5, 7 }));
    }

    private long[] Offsets() => [.. PoisonFile.Read(_path).Select(record => record.Offset)];

    private void Write(PoisonRecord record)
    {
        using PoisonFileWriter writer = new(_path, long.MaxValue);
        writer.Keep(record);
        writer.Flush(CancellationToken.None);
    }
}
