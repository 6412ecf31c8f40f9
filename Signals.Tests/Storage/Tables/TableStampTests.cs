using CsCheck;
using Signals.Core.Columns;
using Signals.Core.Model;
using Signals.Storage.FileSystem;
using Signals.Storage.Tables;
using Signals.Tests.Storage.Compaction;

namespace Signals.Tests.Storage.Tables;

/// <summary>Stamps and retractions come back as they were written, and take no room where all rows agree.</summary>
[Category("Fast")]
internal sealed class TableStampTests
{
    private const string Segment = "000003.seg";
    private static readonly EventTypeSchema Type = MergeRows.Schema();

    private readonly MemoryFileSystem _files = new();

    [Test]
    public void Read_RowsOfAnyStamps_GivesThemBack() => Gen.Int.Sample(
        seed =>
        {
            var random = new Random(seed);
            StampParts parts = (StampParts)random.Next(4);
            RowBuffer rows = MergeRows.Sorted(Type, MergeRows.RandomStamped(Type, random, random.Next(1, 60), parts));
            using Table table = WritePart(rows, RunKind.Events, start: random.Next(2) * 77, out TableMeta meta);

            Assert.That(Describe(ReadByCursor(table, rows)), Is.EqualTo(Describe(rows)));
            AssertBlocksHold(table, rows);
            Assert.That(meta.Traits, Is.EqualTo(TraitsOf(rows)));
        },
        iter: 300,
        threads: 1);

    [Test]
    public void Write_StampsOfTheRunInEveryRow_TakeNoRoom()
    {
        RowBuffer plain = MergeRows.Sorted(Type, MergeRows.Random(Type, new Random(1), 50));
        RowBuffer stamped = new([.. Type.Columns.Select(column => column.Type)], Stamp.Streamed, StampParts.Existence | StampParts.Cells);
        stamped.AppendRows(plain, 0, plain.Count);
        using Table one = WritePart(plain, RunKind.Events, 0, out TableMeta meta);
        using Table other = WritePart(stamped, RunKind.Events, 0, out TableMeta stampedMeta);

        int entries = (2 + Type.Columns.Count) * sizeof(uint) * one.BlockCount;
        Assert.That(stampedMeta.FileLength, Is.EqualTo(meta.FileLength + entries), "only entries in the index");
        Assert.That(other.IsPlain, Is.True);
    }

    [Test]
    public void IsPlainFor_RowsOfABlockWithoutARetraction_IsTrueBesideOneWith()
    {
        RowBuffer rows = new([.. Type.Columns.Select(column => column.Type)], Stamp.Create(1, 0), StampParts.Existence);
        for (int i = 0; i < 200; i++)
        {
            rows.AppendKey(1000 - i, 1);
        }

        rows.FillAbsent();
        rows.Stamps.Retracted[199] = Stamp.Create(1, 0).Value;
        using Table table = WritePart(rows, RunKind.Events, 0, out _);
        Assert.That(table.BlockCount, Is.GreaterThan(1));

        Assert.That(table.IsPlain, Is.False);
        Assert.That(table.IsPlainFor(new UserRows(0, 1, 1000, 1000)), Is.True);
        Assert.That(table.IsPlainFor(new UserRows(199, 1, 801, 801)), Is.False);
        Assert.That(table.IsPlainFor(new UserRows(0, 200, 1000, 801)), Is.False);
    }

    [Test]
    public void Write_Part_HasTheSameBytesWhereverItLies()
    {
        RowBuffer rows = MergeRows.Sorted(Type, MergeRows.RandomStamped(Type, new Random(5), 40, StampParts.Cells));
        using Table first = WritePart(rows, RunKind.Patches, 0, out TableMeta meta);
        byte[] bytes = _files[Segment][..(int)meta.FileLength];
        using Table second = WritePart(rows, RunKind.Patches, 1000, out _);

        Assert.That(_files[Segment].AsSpan(1000).SequenceEqual(bytes), Is.True);
        Assert.That(
            (meta.Number, meta.PartIdentity, meta.NewestInserted),
            Is.EqualTo((Number: 0UL, PartIdentity: 99UL, NewestInserted: long.MinValue)));
    }

    [Test]
    public void Open_PartThatTheManifestDescribesOtherwise_IsRefusedWithTheOffsetInTheFile()
    {
        RowBuffer rows = MergeRows.Sorted(Type, MergeRows.RandomStamped(Type, new Random(5), 40, StampParts.Existence));
        WritePart(rows, RunKind.Events, 100, out TableMeta meta).Dispose();
        foreach (TableMeta other in (TableMeta[])[meta with { PartIdentity = 98 }, meta with { SegmentOffset = 99 },
            meta with { SegmentOffset = long.MaxValue - 9 }, meta with { Kind = RunKind.Patches },
            meta with { Stamp = Stamp.Create(77, 0) }, meta with { Traits = RowTraits.None }, meta with { NewestInserted = 1 },
            meta with { FileLength = meta.FileLength + 1 }])
        {
            Assert.That(() => Open(other), Throws.TypeOf<CorruptionException>());
        }

        _files[Segment][100 + TableFormat.HeaderLength] ^= 1;
        using Table damaged = Table.Open(_files, Segment, meta, Type, new BlockCache(1 << 20));
        Assert.That(
            () => damaged.GetBlock(0, []),
            Throws.TypeOf<CorruptionException>().With.Property("Offset").EqualTo(100 + TableFormat.HeaderLength));
    }

    [Test]
    public void AppendTo_BufferThatWouldLoseStamps_Throws()
    {
        RowBuffer rows = MergeRows.Sorted(Type, MergeRows.RandomStamped(Type, new Random(5), 10, StampParts.Existence));
        using Table table = WritePart(rows, RunKind.Events, 0, out _);
        TableCursor cursor = table.CreateCursor();
        cursor.MoveNext();

        Assert.That(() => cursor.AppendTo(MergeRows.Buffer(Type)), Throws.ArgumentException);
    }

    [Test]
    public void Add_RowsWithStampsThatTheRunDoesNotKeep_Throws()
    {
        using IFile file = _files.Open(Segment, FileOpenMode.CreateNew);
        using TableWriter writer = new(
            file, 0, 1, Type, 0, new TableOptions(), new RowDefaults(RunKind.Events, Stamp.Create(1, 0), StampParts.None));

        Assert.That(
            () => writer.Add(UserId.From(1), MergeRows.Random(Type, new Random(1), 1), 0, 1), Throws.ArgumentException,
            "streamed rows");
    }

    [Test]
    public void GetBlock_ColumnsOfALaterSchema_DoNotMeetStamps()
    {
        EventTypeSchema older = MergeRows.Schema(columns: 1);
        RowBuffer rows = MergeRows.Sorted(
            older, MergeRows.RandomStamped(older, new Random(2), 30, StampParts.Existence | StampParts.Cells));
        using Table table = WritePart(rows, RunKind.Events, 0, out _);

        Block block = table.GetBlock(0, [0, 1, 2], StampParts.Existence | StampParts.Cells);

        Assert.That((block.HasColumn(1), block.HasColumn(2)), Is.EqualTo((false, false)));
    }

    private static RowTraits TraitsOf(RowBuffer rows)
    {
        RowTraits traits = RowTraits.None;
        for (int row = 0; row < rows.Count; row++)
        {
            traits |= rows.Stamps.InsertedOf(row) == 0 ? RowTraits.NeverInserted : RowTraits.None;
            traits |= rows.Stamps.RetractedOf(row) > 0 ? RowTraits.Retracted : RowTraits.None;
        }

        return traits;
    }

    private static string Describe(RowBuffer rows) => MergeModel.Describe([(UserId.From(1), rows)]);

    private static RowBuffer ReadByCursor(Table table, RowBuffer like)
    {
        RowBuffer read = new([.. like.Columns.ToArray().Select(column => column.Type)], like.Stamps.DefaultStamp, like.Stamps.Parts);
        TableCursor cursor = table.CreateCursor();
        Assert.That(cursor.MoveNext(), Is.True);
        cursor.AppendTo(read);
        return read;
    }

    private static void AssertBlocksHold(Table table, RowBuffer rows)
    {
        int[] columns = [.. Enumerable.Range(0, rows.Columns.Length)];
        Span<ulong> one = stackalloc ulong[1];
        for (int row = 0; row < rows.Count; row++)
        {
            Block block = table.GetBlock(table.FindBlock(row), columns, StampParts.Existence | StampParts.Cells);
            int index = (int)(row - block.FirstRow);
            Assert.That(block.InsertedOf(index), Is.EqualTo(rows.Stamps.InsertedOf(row)));
            Assert.That(block.RetractedOf(index), Is.EqualTo(rows.Stamps.RetractedOf(row)));
            foreach (int column in columns)
            {
                block.CopyCellStamps(column, index, one);
                Assert.That(one[0], Is.EqualTo(rows.Stamps.CellOf(column, row)));
            }
        }
    }

    private Table WritePart(RowBuffer rows, RunKind kind, long start, out TableMeta meta)
    {
        if (_files.FileExists(Segment))
        {
            _files.Delete(Segment);
        }

        EventTypeSchema type = rows.Columns.Length == 1 ? MergeRows.Schema(columns: 1) : Type;
        using IFile file = _files.Open(Segment, FileOpenMode.CreateNew);
        file.Write(0, new byte[start]);
        RowDefaults defaults = new(kind, rows.Stamps.DefaultStamp, rows.Stamps.Parts);
        using TableWriter writer = new(file, start, 99, type, 0, new TableOptions { BlockBytes = 300, MinBlockRows = 8 }, defaults);
        writer.Add(UserId.From(1), rows, 0, rows.Count);
        meta = writer.Finish() with { SegmentFile = 3, SegmentOffset = start };
        return Open(meta);
    }

    private Table Open(TableMeta meta) => Table.Open(_files, Segment, meta, Type, new BlockCache(1 << 20), verify: true);
}
