using System.Buffers.Binary;
using System.IO.Hashing;
using Signals.Core.Columns;
using Signals.Core.Model;
using Signals.Storage.Primitives;
using Signals.Storage.Segments;
using Signals.Storage.Tables;
using Signals.Tests.Storage.Tables;

namespace Signals.Tests.Storage.Segments;

/// <summary>Segments that break one rule and whose every checksum is right: what a faulty or hostile writer could make.</summary>
internal sealed class SegmentForgery
{
    private static readonly EventTypeSchema Columns =
        StoreSchema.Define(schema => schema.EventType("view", type => type.Field<float>("score")))["view"];

    /// <summary>Changes the header's bytes before its checksum is made.</summary>
    public Action<byte[]> Header { get; init; } = static _ => { };

    /// <summary>Changes the entries of the index.</summary>
    public Func<SegmentPart, SegmentPart> Part { get; init; } = static part => part;

    /// <summary>Changes the index's bytes before its checksum is made.</summary>
    public Action<byte[]> Index { get; init; } = static _ => { };

    /// <summary>Changes the tail's bytes before its checksum is made.</summary>
    public Action<byte[]> Tail { get; init; } = static _ => { };

    /// <summary>What holds for all rows of the part.</summary>
    public RowDefaults Defaults { get; init; } = new(RunKind.Events, Stamp.Create(5, 2), StampParts.None);

    /// <summary>The users' rows: time, counted from the window's start, and id.</summary>
    public (ulong User, (long Time, ulong Id)[] Rows)[] Rows { get; init; } = [(1, [(20, 1), (10, 1)]), (2, [(10, 1)])];

    /// <summary>When rows were inserted and retracted; used where they say so themselves.</summary>
    public (ulong Inserted, ulong Retracted) Existence { get; init; }

    /// <summary>Changes the part's table before it becomes part of the segment.</summary>
    public Func<byte[], byte[]> Table { get; init; } = static table => table;

    /// <summary>The segment.</summary>
    public byte[] Make()
    {
        SegmentHeader header = new()
        {
            EventType = "view",
            WindowMs = 24 * SegmentSample.Hour,
            Generation = 5,
            SourceRank = 2,
            Source = "forger",
            Columns = [new SegmentColumn("score", ColumnType.Scalar<float>())],
        };
        byte[] head = header.Encode();
        Header(head);
        BinaryPrimitives.WriteUInt32LittleEndian(head.AsSpan(head.Length - 4), Crc32C.Compute(head.AsSpan(0, head.Length - 4)));
        byte[] table = MakeTable(head, out uint checksum);
        byte[] index = SegmentIndex.Encode(
            [Part(new SegmentPart(SegmentSample.Start, Defaults.Kind, checksum, head.Length, table.Length))]);
        Index(index);
        UInt128 hash = XxHash128.HashToUInt128([.. head, .. table, .. index]);
        byte[] tail = SegmentIndex.EncodeTail(head.Length + table.Length, index, hash);
        Tail(tail);
        BinaryPrimitives.WriteUInt32LittleEndian(
            tail.AsSpan(SegmentFormat.TailChecksumAt), Crc32C.Append(Crc32C.Compute(index), tail.AsSpan(0, SegmentFormat.TailChecksumAt)));
        return [.. head, .. table, .. index, .. tail];
    }

    private byte[] MakeTable(byte[] header, out uint checksum)
    {
        MemoryFileSystem files = new();
        ulong identity = SegmentHeader.PartIdentity(header, SegmentSample.Start, Defaults.Kind);
        using var file = files.Open("part", Signals.Storage.FileSystem.FileOpenMode.CreateNew);
        TableWriter writer = new(
            file, 0, identity, Columns, SegmentSample.Start, new TableOptions { BlockBytes = 64, MinBlockRows = 1 }, Defaults);
        foreach ((ulong user, (long Time, ulong Id)[] rows) in Rows)
        {
            RowBuffer buffer = new([ColumnType.Scalar<float>()], Defaults.Stamp, Defaults.Parts);
            foreach ((long time, ulong id) in rows)
            {
                buffer.AppendKey(SegmentSample.Start + time, id);
                buffer.Columns[0].Append(1f);
                if (Defaults.Parts.HasFlag(StampParts.Existence))
                {
                    buffer.Stamps.AppendExistence(new Stamp(Existence.Inserted), new Stamp(Existence.Retracted));
                }
            }

            buffer.FillAbsent();
            writer.Add(UserId.From(user), buffer, 0, buffer.Count);
        }

        checksum = writer.Finish().FileChecksum;
        return Table(files["part"]);
    }
}
