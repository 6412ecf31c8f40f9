using System.Buffers.Binary;
using System.IO.Hashing;
using Signals.Core.Columns;
using Signals.Core.Model;
using Signals.Storage.Segments;
using Signals.Storage.Tables;
using Signals.Tests.Storage.Segments;

namespace Signals.Tests.Reliability.Hostile;

/// <summary>The tables that claim more than they hold, by name, and the same as parts of segments. Pure.</summary>
internal static class HostileTables
{
    private const int Vector = 16_384;

    public static IEnumerable<(string Name, Func<RowDefaults, HostileTable> Make)> All()
    {
        foreach (int rows in (int[])[1 << 16, (1 << 16) + 1, 1 << 20, 1 << 27, int.MaxValue])
        {
            yield return ($"{rows} rows of one value", defaults => Numbers(
                defaults, [(rows, [HostileChunk.Constant(Time), HostileChunk.Constant(new byte[8]), HostileChunk.Absent])]));
        }

        yield return ("10,000 blocks of 65,536 rows of one value", defaults => Numbers(defaults, [.. Enumerable.Repeat(
            (1 << 16, (HostileChunk[])[HostileChunk.Constant(Time), HostileChunk.Constant(new byte[8]), HostileChunk.Absent]), 10_000)]));
        yield return ("65,536 true rows with a vector each", defaults => new HostileTable
        {
            Schema = Define(type => type.Vector<float>("v", Vector)),
            Defaults = defaults,
            Time = Start,
            WindowStart = Start,
            Blocks =
            [
                (1 << 16,
                    [HostileChunk.Constant(Time), HostileChunk.Counting(1 << 16), HostileChunk.Constant(new byte[Vector * sizeof(float)])]),
            ],
        });
        yield return ("60,000 true rows with one text of 100 KB", defaults => new HostileTable
        {
            Schema = Define(type => type.Text("t")),
            Defaults = defaults,
            Time = Start,
            WindowStart = Start,
            Blocks =
                [(60_000, [HostileChunk.Constant(Time), HostileChunk.Counting(60_000), HostileChunk.OneEntry(60_000, 100_000).Packed()])],
        });
        yield return ("40 texts of 4 MB of zeros, compressed", defaults => new HostileTable
        {
            Schema = Define(type =>
            {
                for (int i = 0; i < 40; i++)
                {
                    type.Text($"t{i}");
                }
            }),
            Defaults = defaults,
            Time = Start,
            WindowStart = Start,
            Blocks =
            [
                (1,
                [
                    HostileChunk.Constant(Time), HostileChunk.Constant(new byte[8]),
                    .. Enumerable.Repeat(HostileChunk.Zeros(4 << 20).Packed(), 40),
                ]),
            ],
        });
        yield return ("a text of 80 MB of zeros, compressed", defaults => new HostileTable
        {
            Schema = Define(type => type.Text("t")),
            Defaults = defaults,
            Time = Start,
            WindowStart = Start,
            Blocks = [(1, [HostileChunk.Constant(Time), HostileChunk.Constant(new byte[8]), HostileChunk.Zeros(80 << 20).Packed()])],
        });
    }

    /// <summary>A segment whose every part but the blocks is honest.</summary>
    public static byte[] SegmentOf(Func<RowDefaults, HostileTable> make)
    {
        HostileTable table = make(new RowDefaults(RunKind.Events, Stamp.Create(5, 2), StampParts.None));
        SegmentHeader header = new()
        {
            EventType = "view",
            WindowMs = 24 * SegmentSample.Hour,
            Generation = 5,
            SourceRank = 2,
            Source = "forger",
            Columns = [.. table.Schema.Columns.Select(column => new SegmentColumn(column.Name, column.Type))
                .OrderBy(column => column.Name, StringComparer.Ordinal)],
        };
        byte[] head = header.Encode();
        byte[] part = table.Make(SegmentHeader.PartIdentity(head, Start, RunKind.Events), out TableMeta meta);
        byte[] index = SegmentIndex.Encode([new SegmentPart(Start, RunKind.Events, meta.FileChecksum, head.Length, part.Length)]);
        UInt128 hash = XxHash128.HashToUInt128([.. head, .. part, .. index]);
        return [.. head, .. part, .. index, .. SegmentIndex.EncodeTail(head.Length + part.Length, index, hash)];
    }

    private static long Start => SegmentSample.Start;

    private static byte[] Time
    {
        get
        {
            byte[] time = new byte[sizeof(long)];
            BinaryPrimitives.WriteInt64LittleEndian(time, Start);
            return time;
        }
    }

    private static HostileTable Numbers(RowDefaults defaults, (int Rows, HostileChunk[] Chunks)[] blocks) => new()
    {
        Schema = Define(type => type.Field<float>("score")),
        Defaults = defaults,
        Time = Start,
        WindowStart = Start,
        Blocks = blocks,
    };

    private static EventTypeSchema Define(Action<EventTypeBuilder> define) =>
        StoreSchema.Define(schema => schema.EventType("view", type => define(type.Window(TimeSpan.FromDays(1)))))["view"];
}
