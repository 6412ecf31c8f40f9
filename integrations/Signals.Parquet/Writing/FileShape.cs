using ParquetSharp;
using ParquetSharp.Schema;
using Signals.Parquet.Layout;

namespace Signals.Parquet.Writing;

/// <summary>
/// Schema, settings and metadata of files. Thread contract: one thread. Lifetime: until disposed, after the files that use it.
/// </summary>
internal sealed class FileShape : IDisposable
{
    private const long PageBytes = 256 << 10;
    private const long DictionaryBytes = 1 << 20;

    /// <summary>Takes over nodes and settings.</summary>
    /// <param name="nodes">The columns.</param>
    /// <param name="properties">The settings of the writer.</param>
    /// <param name="description">What the files say about themselves.</param>
    /// <param name="more">What they say beside it, by key; null for nothing.</param>
    public FileShape(
        Node[] nodes, WriterProperties properties, LakeDescription description, IReadOnlyDictionary<string, string>? more = null)
    {
        Schema = new GroupNode("schema", Repetition.Required, nodes);
        Array.ForEach(nodes, node => node.Dispose());
        Properties = properties;
        Metadata = new Dictionary<string, string>(more ?? new Dictionary<string, string>(), StringComparer.Ordinal)
        {
            [LakeFormat.MetadataKey] = description.Write(),
        };
    }

    /// <summary>The schema.</summary>
    public GroupNode Schema { get; }

    /// <summary>The settings of the writer.</summary>
    public WriterProperties Properties { get; }

    /// <summary>The metadata of each file.</summary>
    public IReadOnlyDictionary<string, string> Metadata { get; }

    /// <summary>The settings that all files have in common.</summary>
    public static WriterPropertiesBuilder Settings(int compressionLevel) => new WriterPropertiesBuilder()
        .Compression(Compression.Zstd).CompressionLevel(compressionLevel).CreatedBy(LakeFormat.Creator)
        .Version(ParquetVersion.PARQUET_2_6).DataPagesize(PageBytes).DictionaryPagesizeLimit(DictionaryBytes)
        .EnableStatistics().EnableWritePageIndex().EnablePageChecksum()
        .MaxRowGroupLength(ParquetExportOptions.MostRowGroupRows);

    /// <inheritdoc/>
    public void Dispose()
    {
        Schema.Dispose();
        Properties.Dispose();
    }
}
