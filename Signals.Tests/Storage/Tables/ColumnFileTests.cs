using System.Buffers.Binary;
using Signals.Core.Columns;
using Signals.Storage.Tables;

namespace Signals.Tests.Storage.Tables;

/// <summary>A column file gives back what was written, belongs to one table, and is refused when it is damaged or forged.</summary>
[Category("Fast")]
internal sealed class ColumnFileTests
{
    private const long MaxAllocation = 4 << 20;

    [Test]
    public void Read_WhatWasWritten_IsThere([Values] bool compress)
    {
        ColumnFileSample sample = ColumnFileSample.Small(compress);
        using ColumnFile file = sample.Open();
        file.Verify();
        sample.AssertSame(file);
    }

    [Test]
    public void Write_TheSameTwice_GivesEqualBytes()
    {
        byte[] once = ColumnFileSample.Small().Files[ColumnFileSample.Path];
        byte[] again = ColumnFileSample.Small().Files[ColumnFileSample.Path];
        Assert.That(again, Is.EqualTo(once));
    }

    [Test]
    public void Open_AnyBitFlipped_IsRefusedWithFileAndOffset()
    {
        ColumnFileSample sample = ColumnFileSample.Small();
        byte[] good = sample.Files[ColumnFileSample.Path];
        for (int bit = 0; bit < good.Length * 8; bit++)
        {
            byte[] bad = [.. good];
            bad[bit / 8] ^= (byte)(1 << (bit % 8));
            sample.Files[ColumnFileSample.Path] = bad;
            CorruptionException? damage = OpenAndVerify(sample);
            Assert.That(damage, Is.Not.Null, $"bit {bit}");
            Assert.That(damage.File, Is.EqualTo(ColumnFileSample.Path));
            Assert.That(damage.Offset, Is.InRange(0, bit / 8), $"bit {bit}: the damaged part begins at or before it");
        }
    }

    [Test]
    public void Open_AnyTruncation_IsRefused([Values] bool manifestAgrees)
    {
        ColumnFileSample sample = ColumnFileSample.Small();
        byte[] good = sample.Files[ColumnFileSample.Path];
        ColumnFileMeta meta = sample.Meta;
        for (int length = 0; length < good.Length; length++)
        {
            sample.Files[ColumnFileSample.Path] = good[..length];
            sample.Meta = manifestAgrees ? meta with { FileLength = length } : meta;
            Assert.That(OpenAndVerify(sample), Is.Not.Null, $"{length} bytes");
        }

        sample.Meta = meta;
        sample.Files[ColumnFileSample.Path] = [.. good, 0];
        Assert.That(OpenAndVerify(sample), Is.Not.Null, "a byte too many");
    }

    [Test]
    public void Open_BesideAnotherTable_IsRefused()
    {
        ColumnFileSample sample = ColumnFileSample.Small();
        ColumnFileBase own = sample.Base;
        foreach (ColumnFileBase other in (ColumnFileBase[])[own with { Identity = 8 }, own with { Checksum = 1 },
            own with { Rows = own.Rows + 1 }, own with { Blocks = own.Blocks + 1 }])
        {
            Assert.That(() => sample.Open(other), Throws.TypeOf<CorruptionException>().With.Message.Contains("belongs to"));
        }
    }

    [Test]
    public void Open_AnotherFileThanTheManifestNames_IsRefused()
    {
        ColumnFileSample sample = ColumnFileSample.Small();
        ColumnFileMeta meta = sample.Meta;
        foreach (ColumnFileMeta other in (ColumnFileMeta[])[meta with { Number = 8 }, meta with { FileChecksum = 1 },
            meta with { Columns = [0, 1] }, meta with { Columns = [0, 1, 3] }, meta with { Columns = [0, 1, 7] }])
        {
            sample.Meta = other;
            Assert.That(() => sample.Open(), Throws.TypeOf<CorruptionException>());
        }
    }

    [TestCase(8, 2u)]
    [TestCase(12, 1u)]
    public void Open_NewerVersionOrUnknownCriticalFlag_SaysSo(int headerField, uint value)
    {
        ColumnFileSample sample = ColumnFileSample.Small();
        BinaryPrimitives.WriteUInt32LittleEndian(sample.Files[ColumnFileSample.Path].AsSpan(headerField), value);
        Assert.That(() => sample.Open(), Throws.TypeOf<CorruptionException>().With.Message.Contains("version of Signals"));
    }

    [Test]
    public void Open_ForgedNumbersWithRightChecksums_NeverCrashesNorAllocatesMuch()
    {
        ColumnFileSample sample = ColumnFileSample.Small();
        byte[] good = sample.Files[ColumnFileSample.Path];
        ColumnFileMeta meta = sample.Meta;
        Random random = new(20);
        int refused = 0;
        for (int i = 0; i < 4000; i++)
        {
            ColumnFileForgery forgery = new([.. good], ColumnFileSample.Number);
            forgery.Mutate(random);
            sample.Files[ColumnFileSample.Path] = forgery.Seal(out uint checksum);
            sample.Meta = meta with { FileChecksum = checksum };
            long before = GC.GetAllocatedBytesForCurrentThread();
            refused += OpenAndVerify(sample) is null ? 0 : 1;
            Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.LessThan(MaxAllocation), $"case {i}");
        }

        Assert.That(refused, Is.GreaterThan(2000));
    }

    [Test]
    public void Dispose_Unfinished_LeavesNoFile()
    {
        ColumnFileSample sample = ColumnFileSample.Small();
        sample.Files.Delete(ColumnFileSample.Path);
        using (ColumnFileWriter writer = new(
            sample.Files, ColumnFileSample.Path, 9, sample.Base, [0], [ColumnType.Scalar<int>()], new TableOptions()))
        {
            writer.BeginBlock(0, 1);
            Assert.That(sample.Files.FileExists(ColumnFileSample.Path), Is.True);
            Assert.That(writer.Finish, Throws.InvalidOperationException, "nothing was replaced");
        }

        Assert.That(sample.Files.FileExists(ColumnFileSample.Path), Is.False);
    }

    [Test]
    public void Replace_WhatDoesNotFitTheBlock_IsRefused()
    {
        ColumnFileSample sample = ColumnFileSample.Small();
        sample.Files.Delete(ColumnFileSample.Path);
        using ColumnFileWriter writer = new(
            sample.Files, ColumnFileSample.Path, 9, sample.Base, [0, 1], [ColumnType.Scalar<int>(), ColumnType.Scalar<int>()],
            new TableOptions());
        (ColumnBuffer cells, ColumnBuffer stamps) = (new(ColumnType.Scalar<int>()), new(ColumnType.Scalar<ulong>()));
        cells.AppendMissing(ColumnState.Absent);
        stamps.Append(1UL);
        writer.BeginBlock(0, 2);
        Assert.That(() => writer.Replace(1, cells, stamps), Throws.InvalidOperationException, "a row too few");
        writer.BeginBlock(1, 1);
        Assert.That(() => writer.Replace(1, cells, stamps), Throws.ArgumentException, "absent throughout");
        Assert.That(() => writer.BeginBlock(1, 1), Throws.InvalidOperationException, "not ascending");
        Assert.That(() => writer.BeginBlock(sample.Base.Blocks, 1), Throws.InvalidOperationException, "beyond the table");
    }

    private static CorruptionException? OpenAndVerify(ColumnFileSample sample)
    {
        try
        {
            using ColumnFile file = sample.Open();
            file.Verify();
            return null;
        }
        catch (CorruptionException damage)
        {
            return damage;
        }
    }
}
