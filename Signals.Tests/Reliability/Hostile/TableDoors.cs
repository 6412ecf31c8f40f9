using System.Buffers.Binary;
using Signals.Core.Columns;
using Signals.Enrichment;
using Signals.Storage.FileSystem;
using Signals.Storage.Segments;
using Signals.Storage.Tables;
using Signals.Tests.Storage.Entities;
using Signals.Tests.Storage.Segments;
using Signals.Tests.Storage.Tables;

namespace Signals.Tests.Reliability.Hostile;

/// <summary>Files of rows: tables, column files, segments, entity tables. Pure.</summary>
internal static class TableDoors
{
    private const int CacheBytes = 1 << 20;

    private static readonly Lazy<TableSample> Few = new(Small);
    private static readonly Lazy<TableSample> Many = new(ManyUsers);
    private static readonly Lazy<ColumnFileSample> Columns = new(() => ColumnFileSample.Small());

    public static IEnumerable<HostileDoor> All()
    {
        yield return new HostileDoor(
            "table", ["table.md", "TableFormat"], () => Few.Value.Files[TableSample.Path],
            bytes => ReadTable(Few.Value, bytes), e => e is CorruptionException);
        yield return new HostileDoor(
            "table of many users", ["DirectoryPageFormat"], () => Many.Value.Files[TableSample.Path],
            bytes => ReadTable(Many.Value, bytes), e => e is CorruptionException)
        {
            Inputs = 4_000,
        };
        yield return new HostileDoor(
            "column file", ["column-file.md", "ColumnFileFormat"],
            () => ColumnFileSample.Small().Files[ColumnFileSample.Path], ReadColumnFile, e => e is CorruptionException)
        {
            Inputs = 4_000,
        };
        yield return new HostileDoor("segment", ["segment.md", "SegmentFormat"], Segment, ReadSegment, e => e is CorruptionException);
        yield return new HostileDoor(
            "entity table", ["entity-table.md", "EntityFormat"],
            () => EntitySamples.Write(new MemoryFileSystem(), Enumerable.Range(0, 12)), ReadEntities, e => e is CorruptionException);
    }

    private static TableSample Small()
    {
        TableSample sample =
            new() { Schema = TableSample.Define(t => t.Field<int>("a").Text("b").EnrichmentVector<sbyte>("v", 64)), Users = [] };
        for (ulong user = 1; user <= 4; user++)
        {
            sample.Users[UserId.From(user)] = TableSample.RandomRows(sample.NewRows(), new Random((int)user), 3);
        }

        return sample.Write(new TableOptions { BlockBytes = 200, WideBytes = 300 });
    }

    private static TableSample ManyUsers()
    {
        TableSample sample = new() { Schema = TableSample.Define(static t => t.Field<byte>("a")), Users = [] };
        for (ulong user = 1; user <= DirectoryPageFormat.MostUsersInOnePiece + 1; user++)
        {
            sample.Users[UserId.From(user)] = TableSample.RandomRows(sample.NewRows(), new Random(1), 1);
        }

        return sample.Write();
    }

    // As salvage does: the file itself says what a manifest would.
    private static void ReadTable(TableSample sample, byte[] bytes)
    {
        MemoryFileSystem files = new() { [TableSample.Path] = bytes };
        using TableFile file = new(files.Open(TableSample.Path, FileOpenMode.Read), TableSample.Number);
        TableMeta meta = TableFooterReader.ReadMeta(file);
        using (Table unverified = Table.Open(files, TableSample.Path, meta, sample.Schema, new BlockCache(CacheBytes)))
        {
            RowBuffer rows = new(
                [.. sample.Schema.Columns.Select(column => column.Type)], unverified.Defaults.Stamp, unverified.Defaults.Parts);
            for (TableCursor cursor = unverified.CreateCursor(); cursor.MoveNext();)
            {
                rows.Clear();
                cursor.AppendTo(rows);
                if (unverified.TryFind(cursor.User, out UserRows found)) // the filter may deny users; verification finds that
                {
                    _ = unverified.GetBlock(unverified.FindBlock(found.FirstRow), sample.AllColumns);
                }
            }
        }

        using Table table = Table.Open(files, TableSample.Path, meta, sample.Schema, new BlockCache(CacheBytes), verify: true);
    }

    private static void ReadColumnFile(byte[] bytes)
    {
        ColumnFileSample sample = Columns.Value;
        sample.Files[ColumnFileSample.Path] = bytes;
        if (bytes.Length >= TableFormat.TailLength)
        {
            sample.Meta = sample.Meta with
            {
                FileLength = bytes.Length,
                FileChecksum = BinaryPrimitives.ReadUInt32LittleEndian(
                bytes.AsSpan(bytes.Length - TableFormat.TailLength + TableFormat.TailChecksumAt))
            };
        }

        using ColumnFile file = sample.Open();
        file.Verify();
        bool[] wanted = new bool[file.Index.Chunks];
        for (int block = 0; block < sample.Base.Blocks; block++)
        {
            for (int chunk = 0; chunk < wanted.Length; chunk++)
            {
                wanted[chunk] = file.Index.Holds(block, chunk / 2);
            }

            IoCount io = default;
            if (wanted.Contains(true))
            {
                file.Read(block, wanted, new ChunkSlice[wanted.Length], null, ref io);
            }
        }
    }

    private static byte[] Segment()
    {
        MemoryFileSystem files = new();
        SegmentSample.Write(files, SegmentSample.Rows(new Random(1), 6, RowMarks.Insert, RowMarks.Retract, RowMarks.Correct));
        return files[SegmentSample.Path];
    }

    private static void ReadSegment(byte[] bytes)
    {
        MemoryFileSystem files = new() { [SegmentSample.Path] = bytes };
        _ = SegmentContent.Read(files);
    }

    private static void ReadEntities(byte[] bytes)
    {
        MemoryFileSystem files = new() { [EntitySamples.Path] = bytes };
        using EntityTable table = EntitySamples.Open(files);
        EntityLookup lookup = table.CreateLookup();
        lookup.Find([.. Enumerable.Range(0, 12).Select(EntitySamples.KeyOf)]);
    }
}
