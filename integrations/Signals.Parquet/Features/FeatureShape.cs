using ParquetSharp;
using ParquetSharp.Schema;
using Signals.Parquet.Layout;
using Signals.Parquet.Writing;
using Signals.Serving;

namespace Signals.Parquet.Features;

/// <summary>
/// The files of one definition's sequences, of a feature log or a training set: a row for each served sequence, a list for each column,
/// and a column for each tensor.
/// </summary>
/// <remarks>Thread contract: one thread. Lifetime: until disposed, after the files that use it.</remarks>
internal sealed class FeatureShape : IDisposable
{
    private readonly FeatureLeaf[] _leaves;

    /// <summary>Describes the sequences of a definition.</summary>
    /// <param name="content">What the files hold.</param>
    /// <param name="compressionLevel">The level of Zstandard.</param>
    /// <exception cref="ArgumentException">Two columns would have the same name.</exception>
    public FeatureShape(FeatureContent content, int compressionLevel)
    {
        LakeColumn[] columns = [.. content.Names.Select((column, i) => new LakeColumn(column, content.Types[i], ColumnRole.Field))];
        Node[] nodes = [.. Labels(content), .. Keys(), .. columns.SelectMany(column => Columns(column, content)),
            .. content.Tensors.Select(Tensor)];
        RequireDistinctNames(content, nodes);
        LakeFileKind kind = content.HasLabels ? LakeFileKind.Training : LakeFileKind.Features;
        File = new FileShape(
            nodes, PropertiesOf(content, compressionLevel), new LakeDescription(kind, content.Definition, columns), content.Metadata);
        _leaves =
        [
            .. LabelLeaves(content), .. KeyLeaves(columns.Length),
            .. columns.SelectMany((column, i) => Leaves(i, column, content)),
            .. content.Tensors.Select((shape, i) => TensorLeaves.Create(i, shape)),
        ];
    }

    /// <summary>Schema, settings and metadata.</summary>
    public FileShape File { get; }

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

    private static Node[] Labels(FeatureContent content)
    {
        if (!content.HasLabels)
        {
            return [];
        }

        return
        [
            LakeNodes.Text("request_id"), LakeNodes.Scalar("label", ColumnKind.Float64, Repetition.Optional, textAsBytes: false),
            LakeNodes.Time("label_time", Repetition.Optional),
        ];
    }

    private static FeatureLeaf[] LabelLeaves(FeatureContent content)
    {
        if (!content.HasLabels)
        {
            return [];
        }

        return
        [
            new SequenceLeaf(new VariableWriter(FeatureBlock.RequestColumn, "request_id", null)),
            new SequenceLeaf(new ScalarWriter<double, double>(FeatureBlock.LabelColumn, StoredCells.Same)),
            new SequenceLeaf(new ScalarWriter<long, long>(FeatureBlock.LabelTimeColumn, StoredCells.Same)),
        ];
    }

    private static Node[] Keys()
    {
        using Node time = LakeNodes.Time("element");
        using Node id = LakeNodes.Number("element");
        using Node type = LakeNodes.Scalar("element", ColumnKind.UInt16, Repetition.Required, textAsBytes: false);
        return
        [
            LakeNodes.Text(LakeFormat.User), LakeNodes.Bits128(LakeFormat.UserId), LakeNodes.Time("as_of"), LakeNodes.Text("status"),
            LakeNodes.Number("definition_hash"), LakeNodes.List("times", time, Repetition.Required),
            LakeNodes.List("ids", id, Repetition.Required), LakeNodes.List("event_types", type, Repetition.Required),
        ];
    }

    private static FeatureLeaf[] KeyLeaves(int columns) =>
    [
        new SequenceLeaf(new UserTextWriter()), new SequenceLeaf(new UserBitsWriter()), new SequenceLeaf(new TimeWriter()),
        new StatusLeaf(), new SequenceLeaf(new IdWriter()),
        new ListLeaf<long, long>((block, row, _) => block.Events.Times.Slice(row, 1), StoredCells.Same, null, isNested: false),
        new ListLeaf<long, long>((block, row, _) => block.Events.Ids.Slice(row, 1), StoredCells.Same, null, isNested: false),
        ColumnLeaves.EventTypes(columns),
    ];

    private static IEnumerable<FeatureLeaf> Leaves(int index, LakeColumn column, FeatureContent content)
    {
        yield return ColumnLeaves.Values(index, column, content.TextAdvice);
        if (content.HasStates)
        {
            yield return ColumnLeaves.States(index);
        }
    }

    private static IEnumerable<Node> Columns(LakeColumn column, FeatureContent content)
    {
        string name = NameOf(column.Name, content);
        ColumnKind kind = column.Type.IsVector ? LakeNodes.ElementKind(column.Type.Kind) : column.Type.Kind;
        yield return column.Type.IsVector
            ? LakeNodes.ListOfLists(name, kind, Repetition.Optional)
            : LakeNodes.ListOf(name, kind, Repetition.Optional);
        if (content.HasStates)
        {
            yield return LakeNodes.ListOf(name + LakeFormat.StateSuffix, ColumnKind.UInt8, Repetition.Required);
        }
    }

    private static Node Tensor(TensorDescription shape)
    {
        string name = LakeFormat.TensorPrefix + shape.Name;
        ColumnKind kind = LakeNodes.KindOf(shape.Type);
        return shape.Rows > 0
            ? LakeNodes.ListOf(name, kind, Repetition.Required)
            : LakeNodes.ListOfLists(name, kind, Repetition.Required);
    }

    // Outputs of a definition may have the names of the sequence's own columns, too.
    private static string NameOf(string column, FeatureContent content) => column switch
    {
        "as_of" or "status" or "definition_hash" or "times" or "ids" or "event_types" => LakeFormat.Prefix + column,
        "request_id" or "label" or "label_time" when content.HasLabels => LakeFormat.Prefix + column,
        _ => LakeFormat.NameOf(column),
    };

    private static void RequireDistinctNames(FeatureContent content, Node[] nodes)
    {
        if (nodes.GroupBy(node => node.Name).FirstOrDefault(group => group.Count() > 1) is { Key: string twice })
        {
            throw new ArgumentException(
                $"Two columns of a file of '{content.Definition}' would be called '{twice}'; give the definition's column another name.");
        }
    }

    // Ids and the elements of vectors and tensors are nearly all different, so dictionaries would only cost.
    private static WriterProperties PropertiesOf(FeatureContent content, int compressionLevel)
    {
        using WriterPropertiesBuilder builder = FileShape.Settings(compressionLevel);
        using (ColumnPath ids = new(["ids", "list", "element"]))
        {
            builder.DisableDictionary(ids);
        }

        List<string[]> wide = [];
        for (int i = 0; i < content.Names.Count; i++)
        {
            if (content.Types[i].IsVector)
            {
                wide.Add([NameOf(content.Names[i], content), "list", "element", "list", "element"]);
            }
        }

        foreach (TensorDescription shape in content.Tensors)
        {
            string name = LakeFormat.TensorPrefix + shape.Name;
            wide.Add(shape.Rows > 0 ? [name, "list", "element"] : [name, "list", "element", "list", "element"]);
        }

        foreach (string[] names in wide)
        {
            using ColumnPath path = new(names);
            builder.DisableDictionary(path).DisableStatistics(path);
        }

        return builder.Build();
    }
}
