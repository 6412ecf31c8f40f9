using System.Runtime.InteropServices;
using System.Text.Unicode;
using ParquetSharp;
using ParquetSharp.Schema;
using Signals.Parquet.Layout;
using Signals.Parquet.Writing;
using Signals.Serving;

namespace Signals.Parquet.Features;

/// <summary>The files of one definition of a feature log: a row for each served sequence, a list for each column.</summary>
/// <remarks>Thread contract: one thread. Lifetime: until disposed, after the files that use it.</remarks>
internal sealed class FeatureShape : IDisposable
{
    private const int HalfBytes = 2;
    private const string DeclareBytes = "Declare the column as bytes for what is logged from now on; this log cannot be exported.";

    private readonly FeatureLeaf[] _leaves;

    /// <summary>Describes the sequences of a definition.</summary>
    /// <param name="name">The name of the definition.</param>
    /// <param name="names">The names of its columns.</param>
    /// <param name="types">Their types.</param>
    public FeatureShape(string name, IReadOnlyList<string> names, IReadOnlyList<ColumnType> types)
    {
        (Names, Types) = (names, types);
        LakeColumn[] columns = [.. names.Select((column, i) => new LakeColumn(column, types[i], ColumnRole.Field))];
        List<Node> nodes =
        [
            LakeNodes.Text(LakeFormat.User), LakeNodes.Bits128(LakeFormat.UserId), LakeNodes.Time("as_of"), LakeNodes.Text("status"),
            LakeNodes.Number("definition_hash"),
        ];
        using (Node time = LakeNodes.Time("element"))
        using (Node id = LakeNodes.Number("element"))
        using (Node type = LakeNodes.Scalar("element", ColumnKind.UInt16, Repetition.Required, textAsBytes: false))
        {
            nodes.Add(LakeNodes.List("times", time, Repetition.Required));
            nodes.Add(LakeNodes.List("ids", id, Repetition.Required));
            nodes.Add(LakeNodes.List("event_types", type, Repetition.Required));
        }

        nodes.AddRange(columns.Select(Node));
        using WriterPropertiesBuilder settings = FileShape.Settings(compressionLevel: 1);
        File = new FileShape([.. nodes], settings.Build(), new LakeDescription(LakeFileKind.Features, name, columns));
        _leaves =
        [
            new SequenceLeaf(new UserTextWriter()), new SequenceLeaf(new UserBitsWriter()), new SequenceLeaf(new TimeWriter()),
            new StatusLeaf(), new SequenceLeaf(new IdWriter()),
            new ListLeaf<long>((block, row, _) => block.Events.Times.Slice(row, 1), null, canBeNull: false),
            new ListLeaf<long>((block, row, _) => block.Events.Ids.Slice(row, 1), null, canBeNull: false),
            new ListLeaf<int>((block, row, scratch) => Widen<ushort>(block, columns.Length, row, scratch), null, canBeNull: false),
            .. columns.Select(Leaf),
        ];
    }

    /// <summary>The names of the columns.</summary>
    public IReadOnlyList<string> Names { get; }

    /// <summary>Their types.</summary>
    public IReadOnlyList<ColumnType> Types { get; }

    /// <summary>Schema, settings and metadata.</summary>
    public FileShape File { get; }

    /// <summary>Whether a sequence has these columns.</summary>
    public bool Fits(in LoggedSequence sequence) => sequence.ColumnNames.SequenceEqual(Names) && sequence.ColumnTypes.SequenceEqual(Types);

    /// <summary>Writes sequences as a row group.</summary>
    public void Write(PartFile file, FeatureBlock block, WriteScratch scratch) => file.Write(block.Sequences.Count, group =>
    {
        foreach (FeatureLeaf leaf in _leaves)
        {
            using ColumnWriter column = group.NextColumn();
            leaf.Write(column, block, scratch);
        }
    });

    /// <inheritdoc/>
    public void Dispose() => File.Dispose();

    private static Node Node(LakeColumn column)
    {
        string name = NameOf(column.Name);
        if (!column.Type.IsVector)
        {
            using Node scalar = LakeNodes.Scalar("element", column.Type.Kind, Repetition.Optional, textAsBytes: false);
            return LakeNodes.List(name, scalar, Repetition.Required);
        }

        using Node component = LakeNodes.Scalar(
            "element", LakeNodes.ElementKind(column.Type.Kind), Repetition.Required, textAsBytes: false);
        using Node vector = LakeNodes.List("element", component);
        return LakeNodes.List(name, vector, Repetition.Required);
    }

    // Outputs of a definition may have the names of the sequence's own columns, too.
    private static string NameOf(string column) =>
        column is "as_of" or "status" or "definition_hash" or "times" or "ids" or "event_types"
            ? LakeFormat.Prefix + column
            : LakeFormat.NameOf(column);

    private static FeatureLeaf Leaf(LakeColumn source, int index) => source.Type.Kind switch
    {
        ColumnKind.Boolean => List<bool>(index, (block, row, _) => Cells<byte, bool>(block, index, row)),
        ColumnKind.Int8 or ColumnKind.VectorInt8 => List<int>(index, (block, row, scratch) => Widen<sbyte>(block, index, row, scratch)),
        ColumnKind.UInt8 => List<int>(index, (block, row, scratch) => Widen<byte>(block, index, row, scratch)),
        ColumnKind.Int16 => List<int>(index, (block, row, scratch) => Widen<short>(block, index, row, scratch)),
        ColumnKind.UInt16 => List<int>(index, (block, row, scratch) => Widen<ushort>(block, index, row, scratch)),
        ColumnKind.Int32 or ColumnKind.UInt32 => List<int>(index, (block, row, _) => Cells<int, int>(block, index, row)),
        ColumnKind.Int64 or ColumnKind.UInt64 => List<long>(index, (block, row, _) => Cells<long, long>(block, index, row)),
        ColumnKind.Float32 or ColumnKind.VectorFloat32 => List<float>(index, (block, row, _) => Cells<float, float>(block, index, row)),
        ColumnKind.Float64 => List<double>(index, (block, row, _) => Cells<double, double>(block, index, row)),
        ColumnKind.Float16 or ColumnKind.VectorFloat16 =>
            List<FixedLenByteArray>(index, (block, row, scratch) => Halves(block, index, row, scratch)),
        ColumnKind.Text => List<ByteArray>(index, (block, row, scratch) => Text(block, source.Name, index, row, scratch)),
        _ => List<ByteArray>(index, (block, row, scratch) => Bytes(block, index, row, scratch)),
    };

    private static ListLeaf<TStored> List<TStored>(int index, StoreEvents<TStored> store)
        where TStored : unmanaged => new(store, index, canBeNull: true);

    private static ReadOnlySpan<TStored> Cells<T, TStored>(FeatureBlock block, int index, int row)
        where T : unmanaged
        where TStored : unmanaged
    {
        ColumnBlock column = block.Events.Columns[index];
        int dimensions = column.Type.Dimensions;
        return MemoryMarshal.Cast<T, TStored>(column.As<T>().Slice(row * dimensions, dimensions));
    }

    private static ReadOnlySpan<int> Widen<T>(FeatureBlock block, int index, int row, WriteScratch scratch)
        where T : unmanaged, System.Numerics.IBinaryInteger<T>
    {
        ReadOnlySpan<T> cells = Cells<T, T>(block, index, row);
        for (int i = 0; i < cells.Length; i++)
        {
            scratch.Ints[i] = int.CreateTruncating(cells[i]);
        }

        return scratch.Ints.AsSpan(0, cells.Length);
    }

    private static ReadOnlySpan<FixedLenByteArray> Halves(FeatureBlock block, int index, int row, WriteScratch scratch)
    {
        ColumnBlock column = block.Events.Columns[index];
        int dimensions = column.Type.Dimensions;
        for (int i = 0; i < dimensions; i++)
        {
            scratch.Places[i] = new FixedLenByteArray(column.Address + (nint)(((long)row * dimensions + i) * HalfBytes));
        }

        return scratch.Places.AsSpan(0, dimensions);
    }

    private static ReadOnlySpan<ByteArray> Text(FeatureBlock block, string name, int index, int row, WriteScratch scratch)
    {
        RowBlock events = block.Events;
        ColumnBlock column = events.Columns[index];
        int begin = row == 0 ? 0 : column.Ends[row - 1];
        return Utf8.IsValid(column.Values[begin..column.Ends[row]])
            ? Bytes(block, index, row, scratch)
            : throw new ParquetTextException(name, events.Users[row], events.Times[row], (ulong)events.Ids[row], DeclareBytes);
    }

    private static ReadOnlySpan<ByteArray> Bytes(FeatureBlock block, int index, int row, WriteScratch scratch)
    {
        ColumnBlock column = block.Events.Columns[index];
        int begin = row == 0 ? 0 : column.Ends[row - 1];
        scratch.Slices[0] = new ByteArray(column.Address + begin, column.Ends[row] - begin);
        return scratch.Slices.AsSpan(0, 1);
    }
}
