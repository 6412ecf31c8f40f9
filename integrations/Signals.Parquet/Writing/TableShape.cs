using ParquetSharp;
using ParquetSharp.Schema;
using Signals.Parquet.Layout;

namespace Signals.Parquet.Writing;

/// <summary>
/// What all files of one event type, or of one entity table, have in common: schema, settings of the writer, metadata, and how each leaf
/// is written.
/// </summary>
/// <remarks>Thread contract: one thread. Lifetime: until disposed, after the files that use it.</remarks>
internal sealed class TableShape : IDisposable
{
    private readonly NullColumnsWriter _nulls;
    private readonly LeafWriter[] _leaves; // in the order of the schema

    private TableShape(
        LakeDescription description, Node[] keys, LeafWriter[] keyWriters, ParquetTextRule textRule, int compressionLevel)
    {
        bool asBytes = textRule == ParquetTextRule.AsBytes;
        Node[] nodes =
            [.. keys, .. description.Columns.Select(column => LakeNodes.Cell(column, asBytes)), LakeNodes.NullColumns()];
        _nulls = new NullColumnsWriter([.. description.Columns.Select(column => LakeFormat.NameOf(column.Name))]);
        _leaves = [.. keyWriters, .. description.Columns.Select((column, i) => CellWriters.Create(i, column, textRule)), _nulls];
        Types = [.. description.Columns.Select(column => column.Type)];
        File = new FileShape(nodes, PropertiesOf(description, keys.Length == 2, compressionLevel), description);
    }

    /// <summary>Schema, settings and metadata.</summary>
    public FileShape File { get; }

    /// <summary>The types of the columns.</summary>
    public IReadOnlyList<ColumnType> Types { get; }

    /// <summary>The shape of files of events.</summary>
    public static TableShape OfEvents(EventTypeSchema type, ParquetTextRule textRule, int compressionLevel) => new(
        new LakeDescription(LakeFileKind.Events, type.Name, LakeColumn.Of([.. type.Columns.Where(column => !column.IsDropped)])),
        [
            LakeNodes.Text(LakeFormat.User), LakeNodes.Bits128(LakeFormat.UserId), LakeNodes.Time(LakeFormat.Time),
            LakeNodes.Number(LakeFormat.Id),
        ],
        [new UserTextWriter(), new UserBitsWriter(), new TimeWriter(), new IdWriter()],
        textRule,
        compressionLevel);

    /// <summary>The shape of files of entities.</summary>
    public static TableShape OfEntities(string name, IReadOnlyList<ColumnSchema> columns, ParquetTextRule textRule, int compressionLevel) =>
        new(
            new LakeDescription(LakeFileKind.Entities, name, LakeColumn.Of(columns)),
            [LakeNodes.Text(LakeFormat.Key), LakeNodes.Bits128(LakeFormat.KeyId)],
            [new UserTextWriter(), new UserBitsWriter()],
            textRule,
            compressionLevel);

    /// <summary>Writes rows as a row group of a file of this shape.</summary>
    public void Write(PartFile file, RowBlock rows, WriteScratch scratch) => file.Write(rows.Count, group =>
    {
        foreach (LeafWriter leaf in _leaves)
        {
            using ColumnWriter column = group.NextColumn();
            leaf.Write(column, rows, scratch);
        }
    });

    /// <inheritdoc/>
    public void Dispose()
    {
        File.Dispose();
        _nulls.Dispose();
    }

    // Dictionaries serve columns whose values come again: users that follow each other, and most fields. Ids and the elements of vectors
    // are nearly all different, and times are small steps.
    private static WriterProperties PropertiesOf(LakeDescription description, bool areEntities, int compressionLevel)
    {
        using WriterPropertiesBuilder builder = FileShape.Settings(compressionLevel);
        if (areEntities)
        {
            using ColumnPath key = new([LakeFormat.Key]);
            using ColumnPath keyId = new([LakeFormat.KeyId]);
            builder.DisableDictionary(key).DisableDictionary(keyId).SortingColumns([new WriterProperties.SortingColumn(1)]);
        }
        else
        {
            using ColumnPath time = new([LakeFormat.Time]);
            using ColumnPath id = new([LakeFormat.Id]);
            builder.DisableDictionary(id).DisableDictionary(time).Encoding(time, Encoding.DeltaBinaryPacked)
                .SortingColumns(
                [
                    new WriterProperties.SortingColumn(1), new WriterProperties.SortingColumn(2, isDescending: true),
                    new WriterProperties.SortingColumn(3),
                ]);
        }

        foreach (LakeColumn column in description.Columns.Where(column => column.Type.IsVector))
        {
            using ColumnPath path = new([LakeFormat.NameOf(column.Name), "list", "element"]);
            builder.DisableDictionary(path).DisableStatistics(path);
        }

        return builder.Build();
    }
}
