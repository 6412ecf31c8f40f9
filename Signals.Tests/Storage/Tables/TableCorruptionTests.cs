using System.Buffers.Binary;
using Signals.Core.Columns;
using Signals.Core.Model;
using Signals.Storage.Tables;
using Signals.Tests.Reliability;

namespace Signals.Tests.Storage.Tables;

/// <summary>A damaged or forged table is refused by file and offset, and never answers wrongly, crashes or takes much memory.</summary>
[Category("Scaled")]
internal sealed class TableCorruptionTests
{
    private const int ForgedCases = 6000;
    private const long MaxAllocation = 4 << 20;

    [Test]
    public void Open_AnyBitFlipped_IsRefusedWithFileAndOffset([Values] bool stamped)
    {
        TableSample sample = Small(stamped);
        byte[] good = sample.Files[TableSample.Path];
        for (int bit = 0; bit < good.Length * 8; bit++)
        {
            byte[] bad = [.. good];
            bad[bit / 8] ^= (byte)(1 << (bit % 8));
            sample.Files[TableSample.Path] = bad;
            CorruptionException? damage = ReadAll(sample);
            Assert.That(damage, Is.Not.Null, $"bit {bit}");
            Assert.That(damage.File, Is.EqualTo(TableSample.Path));
            Assert.That(damage.Offset, Is.InRange(0, bit / 8), $"bit {bit}: the damaged part begins at or before it");
        }
    }

    [Test]
    public void Read_AnyBitOfTheBlocksFlipped_IsRefusedWithoutVerifyAtOpen()
    {
        TableSample sample = Small();
        byte[] good = sample.Files[TableSample.Path];
        long end = BlocksEnd(good);
        for (int bit = TableFormat.HeaderLength * 8; bit < end * 8; bit++)
        {
            byte[] bad = [.. good];
            bad[bit / 8] ^= (byte)(1 << (bit % 8));
            sample.Files[TableSample.Path] = bad;
            using Table table = sample.Open();
            Assert.That(() => sample.ReadEverything(table), Throws.TypeOf<CorruptionException>(), $"bit {bit}");
        }
    }

    [Test]
    public void Open_AnyTruncation_IsRefused([Values] bool manifestAgrees)
    {
        TableSample sample = Small();
        byte[] good = sample.Files[TableSample.Path];
        TableMeta meta = sample.Meta;
        for (int length = 0; length < good.Length; length++)
        {
            sample.Files[TableSample.Path] = good[..length];
            sample.Meta = manifestAgrees ? meta with { FileLength = length } : meta;
            Assert.That(ReadAll(sample), Is.Not.Null, $"{length} bytes");
        }

        sample.Files[TableSample.Path] = [.. good, 0];
        Assert.That(ReadAll(sample), Is.Not.Null, "a byte too many");
    }

    [Test]
    public void Read_EqualChunksSwapped_IsRefused()
    {
        TableSample sample = new() { Schema = TableSample.Define(t => t.Field<double>("a").Field<double>("b")), Users = [] };
        sample.Users[UserId.From(1)] = TableSample.RandomRows(sample.NewRows(), new Random(1), 50);
        sample.Write(new TableOptions { Compress = false });
        byte[] bytes = sample.Files[TableSample.Path];
        int chunk = 4 + 50 * sizeof(double) + TableFormat.ChecksumLength;
        int at = (int)BlocksEnd(bytes) - 2 * chunk;
        byte[] swapped = [
            .. bytes[..at], .. bytes[(at + chunk)..(at + 2 * chunk)], .. bytes[at..(at + chunk)], .. bytes[(at + 2 * chunk)..]];
        Assert.That(swapped.AsSpan(at, chunk).SequenceEqual(bytes.AsSpan(at, chunk)), Is.False);
        sample.Files[TableSample.Path] = swapped;
        using Table table = sample.Open();
        Assert.That(() => table.GetBlock(0, [0]), Throws.TypeOf<CorruptionException>().With.Property("Offset").EqualTo(at));
        Assert.That(() => table.GetBlock(0, [1]), Throws.TypeOf<CorruptionException>().With.Property("Offset").EqualTo(at + chunk));
    }

    [Test]
    public void Read_BlocksOfAnotherTableOfTheSameRows_AreRefused()
    {
        TableSample sample = Small();
        byte[] bytes = sample.Files[TableSample.Path];
        sample.Files.Delete(TableSample.Path);
        byte[] other = sample.Write(number: 8).Files[TableSample.Path];
        int end = (int)BlocksEnd(bytes);
        sample.Files[TableSample.Path] = [.. other[..TableFormat.HeaderLength], .. bytes[TableFormat.HeaderLength..end], .. other[end..]];
        using Table table = sample.Open();
        Assert.That(() => table.GetBlock(0, []), Throws.TypeOf<CorruptionException>());
    }

    [Test]
    public void Open_AnotherTableThanTheManifestNames_IsRefused()
    {
        TableSample sample = Small();
        TableMeta meta = sample.Meta;
        foreach (TableMeta other in (TableMeta[])[meta with { Number = 8 }, meta with { FileChecksum = 1 },
            meta with { Rows = meta.Rows + 1 }, meta with { EventType = 3 }, meta with { MinTime = meta.MinTime - 1 },
            meta with { WindowStart = 0 }])
        {
            sample.Meta = other;
            Assert.That(() => sample.Open(), Throws.TypeOf<CorruptionException>());
        }
    }

    [TestCase(8, 2u)]
    [TestCase(12, 8u)]
    public void Open_NewerVersionOrUnknownCriticalFlag_SaysSo(int headerField, uint value)
    {
        TableSample sample = Small();
        BinaryPrimitives.WriteUInt32LittleEndian(sample.Files[TableSample.Path].AsSpan(headerField), value);
        Assert.That(() => sample.Open(), Throws.TypeOf<CorruptionException>().With.Message.Contains("version of Signals"));
    }

    [TestCase((ushort)0, true)]
    [TestCase(TableFormat.CriticalSection, false)]
    public void Open_UnknownSection_IsIgnoredUnlessCritical(ushort flags, bool readable)
    {
        TableSample sample = Small();
        new TableForgery(sample).AddSection(tag: 99, flags, [1, 2, 3]);
        Assert.That(ReadAll(sample) is null, Is.EqualTo(readable));
    }

    [Test]
    public void Open_AbsurdSectionBounds_AreRefusedBeforeAnyRead(
        [Range(0, 3)] int section, [Values(8, 16)] int field, [Values(-1, 0, 1L << 40, long.MinValue, long.MaxValue)] long value)
    {
        TableSample sample = Small();
        TableForgery forgery = new(sample);
        forgery.Put(forgery.FooterAt + TableFormat.FooterFixedLength + section * TableFormat.SectionEntryLength + field, value);
        forgery.Seal();
        Assert.That(() => sample.Open(), Throws.TypeOf<CorruptionException>().With.Property("Offset").EqualTo(forgery.FooterAt));
    }

    [Test]
    public void Open_UserTwiceInTheDirectory_IsRefused()
    {
        TableSample sample = Small();
        TableForgery forgery = new(sample);
        const int LowOffsets = 4 + (4 + 12) + (4 + 12);
        byte[] file = sample.Files[TableSample.Path];
        Assert.That(file[(forgery.DirectoryAt + LowOffsets)..][..3], Is.EqualTo(new byte[] { 0, 1, 2 }), "offsets of users 1, 2, 3");
        file[forgery.DirectoryAt + LowOffsets + 1] = 0;
        forgery.Seal();
        Assert.That(() => sample.Open(), Throws.TypeOf<CorruptionException>().With.Property("Offset").EqualTo(forgery.DirectoryAt));
    }

    [Test]
    public void Read_AbsurdDecodedLength_IsRefusedBeforeAllocation()
    {
        TableSample sample = new() { Schema = TableSample.Define(t => t.Text("a")), Users = [] };
        RowBuffer rows = sample.Users[UserId.From(1)] = sample.NewRows();
        for (int i = 0; i < 1000; i++)
        {
            rows.AppendKey(1000 - i, 1);
            rows.Columns[0].AppendText(i + new string('x', 40));
        }

        sample.Write(new TableOptions { BlockBytes = 1 << 20 });
        TableForgery forgery = new(sample);
        (int at, bool compressed) = forgery.LastChunk;
        Assert.That(compressed, Is.True, "the column was meant to compress");
        BinaryPrimitives.WriteInt32LittleEndian(sample.Files[TableSample.Path].AsSpan(at), 1 << 30);
        forgery.Seal();
        using Table table = sample.Open();
        long before = GC.GetAllocatedBytesForCurrentThread();
        Assert.That(() => table.GetBlock(0, [0]), Throws.TypeOf<CorruptionException>());
        Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.LessThan(MaxAllocation));
    }

    [Test]
    public void Read_ForgedBytesWithRightChecksums_NeverCrashesNorAllocatesMuch([Values] bool stamped)
    {
        TableSample sample = Small(stamped);
        byte[] good = sample.Files[TableSample.Path];
        TableMeta meta = sample.Meta;
        Random random = new(20);
        int refused = 0;
        int cases = TestScale.Of(ForgedCases);
        for (int i = 0; i < cases; i++)
        {
            sample.Files[TableSample.Path] = [.. good];
            sample.Meta = meta;
            TableForgery forgery = new(sample);
            forgery.Mutate(random);
            forgery.Seal();
            long before = GC.GetAllocatedBytesForCurrentThread();
            refused += ReadAll(sample) is null ? 0 : 1;
            Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.LessThan(MaxAllocation), $"case {i}");
        }

        TestContext.Out.WriteLine($"{cases} forged tables, {refused} refused");
        Assert.That(refused, Is.GreaterThan(cases / 3));
    }

    private static TableSample Small(bool stamped = false)
    {
        TableSample sample = new()
        {
            Schema = TableSample.Define(t => t.Field<int>("a").Text("b").Vector<float>("v", 16)),
            Users = [],
            Defaults = stamped
                ? new RowDefaults(RunKind.Events, Stamp.Create(3, 1), StampParts.Existence | StampParts.Cells)
                : RowDefaults.Streamed,
        };
        for (ulong user = 1; user <= 3; user++)
        {
            Random random = new((int)user);
            RowBuffer rows = sample.Users[UserId.From(user)] = TableSample.RandomRows(sample.NewRows(), random, 5);
            TableSample.SetStamps(rows, random);
        }

        return sample.Write(new TableOptions { BlockBytes = 400 });
    }

    private static CorruptionException? ReadAll(TableSample sample)
    {
        try
        {
            using Table table = sample.Open(verify: true);
            sample.ReadEverything(table);
            return null;
        }
        catch (CorruptionException damage)
        {
            return damage;
        }
    }

    private static long BlocksEnd(byte[] file)
    {
        long footer = BinaryPrimitives.ReadInt64LittleEndian(file.AsSpan(file.Length - TableFormat.TailLength));
        ReadOnlySpan<byte> section = file.AsSpan((int)footer + TableFormat.FooterFixedLength);
        return BinaryPrimitives.ReadInt64LittleEndian(section[8..]) + BinaryPrimitives.ReadInt64LittleEndian(section[16..]);
    }
}
