using System.Buffers.Binary;
using Signals.Enrichment;
using Signals.Storage.Entities;
using Signals.Tests.Storage.Tables;

namespace Signals.Tests.Storage.Entities;

/// <summary>A damaged or forged entity table is refused by file and offset, and never answers wrongly.</summary>
[Category("Reliability")]
internal sealed class EntityDamageTests
{
    private const long MaxAllocation = 4 << 20;

    [Test]
    public void Read_AnyBitFlipped_IsRefusedWithFileAndOffset()
    {
        MemoryFileSystem files = new();
        byte[] good = EntitySamples.Write(files, Enumerable.Range(0, 12));
        for (int bit = 0; bit < good.Length * 8; bit++)
        {
            byte[] bad = [.. good];
            bad[bit / 8] ^= (byte)(1 << (bit % 8));
            files[EntitySamples.Path] = bad;
            CorruptionException? damage = ReadAll(files);
            Assert.That(damage, Is.Not.Null, $"bit {bit}");
            Assert.That(damage.File, Is.EqualTo(EntitySamples.Path));
        }
    }

    [Test]
    public void Read_AnyTruncationOrAnotherByte_IsRefused()
    {
        MemoryFileSystem files = new();
        byte[] good = EntitySamples.Write(files, Enumerable.Range(0, 12));
        for (int length = 0; length < good.Length; length++)
        {
            files[EntitySamples.Path] = good[..length];
            Assert.That(ReadAll(files), Is.Not.Null, $"{length} bytes");
        }

        files[EntitySamples.Path] = [.. good, 0];
        Assert.That(ReadAll(files), Is.Not.Null, "a byte too many");
    }

    [Test]
    public void Read_BlockOfAnotherVersion_IsRefused()
    {
        MemoryFileSystem files = new();
        byte[] first = EntitySamples.Write(files, Enumerable.Range(0, 12));
        byte[] second = EntitySamples.Write(files, Enumerable.Range(0, 12), new EntityWriterOptions { BlockBytes = 256, Version = 2 });
        Assert.That(second, Has.Length.EqualTo(first.Length));
        int footer = (int)BinaryPrimitives.ReadInt64LittleEndian(first.AsSpan(first.Length - EntityFormat.TailLength));
        files[EntitySamples.Path] = [
            .. second[..EntityFormat.HeaderLength], .. first[EntityFormat.HeaderLength..footer], .. second[footer..]];
        Assert.That(ReadAll(files)?.Offset, Is.EqualTo(EntityFormat.HeaderLength));
    }

    [Test]
    public void Open_ForgedNumbersWithRightChecksums_NeverCrashesNorAllocatesMuch()
    {
        MemoryFileSystem files = new();
        byte[] good = EntitySamples.Write(files, Enumerable.Range(0, 12));
        Random random = new(9);
        int refused = 0;
        for (int i = 0; i < 4000; i++)
        {
            byte[] bad = [.. good];
            EntityForgery.Mutate(bad, random);
            files[EntitySamples.Path] = bad;
            long before = GC.GetAllocatedBytesForCurrentThread();
            refused += ReadAll(files) is null ? 0 : 1;
            Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.LessThan(MaxAllocation), $"case {i}");
        }

        Assert.That(refused, Is.GreaterThan(2000));
    }

    [Test]
    public void Open_NewerVersionOrFlag_SaysSo([Values(EntityFormat.HeaderVersionAt, EntityFormat.HeaderFlagsAt)] int field)
    {
        MemoryFileSystem files = new();
        byte[] bytes = EntitySamples.Write(files, [1]);
        bytes[field] = 2;
        Assert.That(
            () => EntitySamples.Open(files),
            Throws.TypeOf<CorruptionException>().With.Message.Contains("this version of Signals reads"));
    }

    private static CorruptionException? ReadAll(MemoryFileSystem files)
    {
        try
        {
            using EntityTable table = EntitySamples.Open(files);
            EntityLookup lookup = table.CreateLookup();
            lookup.Find([.. Enumerable.Range(0, 12).Select(EntitySamples.KeyOf)]);
            return null;
        }
        catch (CorruptionException damage)
        {
            return damage;
        }
    }
}
