using System.CommandLine;
using Signals.Parquet;

namespace Signals.Tool.Lake;

/// <summary>The options of an export as Parquet. They are added to one command.</summary>
internal sealed class LakeExportSyntax
{
    private readonly Option<string> _partition =
        Syntax.Choice("--partition", "Parquet: how the folder is divided by time", ParquetPartition.Day);

    private readonly Option<bool> _overwrite = Syntax.Flag("--overwrite", "Parquet: replace an earlier export as a whole.");

    public LakeExportSyntax() => Options = [_partition, _overwrite];

    public List<Option> Options { get; }

    /// <exception cref="UsageException">The folder is not given.</exception>
    public ParquetExportOptions Read(ParseResult line, string? output) => new()
    {
        Folder = output ?? throw new UsageException("Parquet is written into a folder; --output FOLDER is missing."),
        Partition = line.Chosen<ParquetPartition>(_partition),
        Overwrite = line.GetValue(_overwrite),
    };
}
