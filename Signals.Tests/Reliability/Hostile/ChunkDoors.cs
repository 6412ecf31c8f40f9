using System.Text;
using Signals.Core.Columns;
using Signals.Core.Schema;

namespace Signals.Tests.Reliability.Hostile;

/// <summary>Column chunks of every encoding, and stored schemas. Pure.</summary>
internal static class ChunkDoors
{
    private const int Rows = 40;

    private static readonly ColumnType[] Types =
    [
        ColumnType.Scalar<bool>(), ColumnType.Scalar<byte>(), ColumnType.Scalar<long>(),
        ColumnType.Scalar<double>(), ColumnType.Text, ColumnType.Vector<float>(3),
    ];

    public static IEnumerable<HostileDoor> All()
    {
        foreach (ColumnType type in Types)
        {
            foreach (ChunkGoal goal in Enum.GetValues<ChunkGoal>())
            {
                foreach (int distinct in (int[])[1, 3, 1000])
                {
                    yield return new HostileDoor(
                        $"chunk of {type}, {goal}, {distinct} values", ["column-chunk.md", "ColumnChunkFormat"],
                        () => Make(type, goal, distinct), bytes => Read(type, bytes), e => e is InvalidDataException)
                    {
                        Inputs = 3_000,
                    };
                }
            }
        }

        yield return new HostileDoor(
            "schema", ["schema.md"], () => SchemaSerializer.Write(CrashSchema.Define()),
            bytes => SchemaSerializer.Read(bytes), e => e is InvalidDataException or SchemaMismatchException)
        {
            Claims =
            [
                ("2^32 - 1 types", () => [0x92, 1, 0xDD, 0xFF, 0xFF, 0xFF, 0xFF]),
                ("a name of 2^32 - 1 bytes", () => [0x92, 1, 0x91, 0x95, 0xDB, 0xFF, 0xFF, 0xFF, 0xFF]),
                ("a million nested arrays", () => [.. Enumerable.Repeat((byte)0x91, 1_000_000)]),
            ],
        };
    }

    private static byte[] Make(ColumnType type, ChunkGoal goal, int distinct)
    {
        ColumnBuffer values = new(type);
        for (int i = 0; i < Rows; i++)
        {
            int value = i * 37 % distinct;
            if (distinct > 1 && i % 11 == 10)
            {
                values.AppendMissing(i % 2 == 0 ? ColumnState.Absent : ColumnState.Null);
            }
            else if (type.IsVariable)
            {
                values.AppendBytes(Encoding.UTF8.GetBytes($"value {value}"));
            }
            else
            {
                Span<byte> row = values.AppendFixedRows(1);
                row.Fill((byte)(type.Kind == ColumnKind.Boolean ? value & 1 : value));
            }
        }

        ChunkDecision decision = ColumnChunkWriter.Plan(values, 0, Rows, goal);
        byte[] chunk = new byte[decision.Length];
        ColumnChunkWriter.Write(values, decision, chunk);
        return chunk;
    }

    private static void Read(ColumnType type, byte[] bytes)
    {
        ColumnChunk.Validate(type, bytes, Rows);
        ColumnChunk.Open(type, bytes, Rows).AppendTo(new ColumnBuffer(type), 0, Rows);
    }
}
