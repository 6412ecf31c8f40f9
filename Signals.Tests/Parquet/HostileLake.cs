using ParquetSharp;
using ParquetSharp.Schema;
using Signals.Offline;
using Signals.Parquet;

namespace Signals.Tests.Parquet;

/// <summary>A small Parquet file without checksums, so that changed bytes reach the decoders, and a reader of all of it. Pure.</summary>
internal static class HostileLake
{
    private static readonly StoreSchema Schema = StoreSchema.Define(schema => schema.EventType("view", type => type
        .Field<int>("count").Text("title").Vector<float>("vector", 2).Field<double>("price")));

    /// <summary>The bytes of a file of 40 events.</summary>
    public static byte[] Good()
    {
        using LakeFolder folder = new();
        using LogicalType text = LogicalType.String();
        using LogicalType list = LogicalType.List();
        using LogicalType time = LogicalType.Timestamp(true, TimeUnit.Micros);
        using LogicalType none = LogicalType.None();
        using LogicalType money = LogicalType.Decimal(9, 2);
        using PrimitiveNode element = new("element", Repetition.Optional, none, PhysicalType.Float);
        using GroupNode repeated = new("list", Repetition.Repeated, [element]);
        Node[] nodes =
        [
            new PrimitiveNode("user", Repetition.Required, none, PhysicalType.Int64),
            new PrimitiveNode("time", Repetition.Required, time, PhysicalType.Int64),
            new PrimitiveNode("id", Repetition.Required, none, PhysicalType.Int32),
            new PrimitiveNode("count", Repetition.Optional, none, PhysicalType.Int32),
            new PrimitiveNode("title", Repetition.Optional, text, PhysicalType.ByteArray),
            new GroupNode("vector", Repetition.Optional, [repeated], list),
            new PrimitiveNode("price", Repetition.Optional, money, PhysicalType.Int32),
        ];
        using GroupNode schema = new("schema", Repetition.Required, nodes);
        using WriterPropertiesBuilder builder = new();
        using WriterProperties properties = builder.Compression(Compression.Uncompressed).DataPagesize(64).Build();
        using (ParquetFileWriter writer = new(folder["a.parquet"], schema, properties))
        {
            using RowGroupWriter group = writer.AppendRowGroup();
            Write(group);
            writer.Close();
        }

        Array.ForEach(nodes, node => node.Dispose());
        return File.ReadAllBytes(folder["a.parquet"]);
    }

    /// <summary>Reads a file as events, whatever rows of it are refused.</summary>
    public static void Read(byte[] bytes)
    {
        using LakeFolder folder = new();
        File.WriteAllBytes(folder["a.parquet"], bytes);
        ParquetImportOptions options = new()
        {
            Path = folder["a.parquet"],
            EventType = "view",
            Segment = new SegmentOptions { Generation = 1, MemoryBudgetBytes = 1 << 20 },
            MostRejects = 1000,
            Parallelism = 1,
        };
        ParquetImporter.WriteSegmentsAsync(Schema["view"], folder["out"], "s", options).GetAwaiter().GetResult();
    }

    /// <summary>Whether an error is one that a caller expects of a file.</summary>
    public static bool IsTyped(Exception error) =>
        error is ParquetFileException or ParquetMismatchException or ParquetRejectedException;

    private static unsafe void Write(RowGroupWriter group)
    {
        const int Rows = 40;
        short[] ones = [.. Enumerable.Repeat((short)1, Rows)];
        ((ColumnWriter<long>)group.NextColumn()).WriteBatch([.. Enumerable.Range(0, Rows).Select(i => 1L + i / 4)]);
        ((ColumnWriter<long>)group.NextColumn()).WriteBatch(
            [.. Enumerable.Range(0, Rows).Select(i => (LakeSamples.NoonMs + i) * 1000)]);
        ((ColumnWriter<int>)group.NextColumn()).WriteBatch([.. Enumerable.Range(0, Rows)]);
        ((ColumnWriter<int>)group.NextColumn()).WriteBatch(Rows, ones, default, [.. Enumerable.Range(0, Rows).Select(i => i % 3)]);
        byte[] letters = "abcdefgh"u8.ToArray();
        fixed (byte* letter = letters)
        {
            nint address = (nint)letter;
            ((ColumnWriter<ByteArray>)group.NextColumn()).WriteBatch(
                Rows, ones, default, [.. Enumerable.Range(0, Rows).Select(i => new ByteArray(address + i % 4, 1 + i % 4))]);
        }

        short[] threes = [.. Enumerable.Repeat((short)3, 2 * Rows)];
        short[] repetitions = [.. Enumerable.Range(0, 2 * Rows).Select(i => (short)(i % 2))];
        ((ColumnWriter<float>)group.NextColumn()).WriteBatch(
            2 * Rows, threes, repetitions, [.. Enumerable.Range(0, 2 * Rows).Select(i => (float)i)]);
        ((ColumnWriter<int>)group.NextColumn()).WriteBatch(Rows, ones, default, [.. Enumerable.Range(0, Rows)]);
        group.Close();
    }
}
