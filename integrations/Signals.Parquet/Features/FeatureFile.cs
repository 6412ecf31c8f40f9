using Signals.Parquet.Writing;
using Signals.Serving;
using Signals.Training;

namespace Signals.Parquet.Features;

/// <summary>A file of one definition's sequences, and those that wait. Thread contract: one thread. Lifetime: until disposed.</summary>
internal sealed class FeatureFile : IDisposable
{
    /// <summary>Bytes of the sequences of a row group of a feature log, about.</summary>
    public const long RowGroupBytes = 64L << 20;

    private const int MostSequences = 16_384;

    private readonly FeatureContent _content;
    private readonly long _rowGroupBytes;
    private readonly FeatureShape _shape;
    private readonly FeatureBlock _block;
    private readonly WriteScratch _scratch = new();

    /// <summary>Begins a file.</summary>
    /// <param name="path">The name that it gets when it is complete.</param>
    /// <param name="content">What it holds.</param>
    /// <param name="rowGroupBytes">Bytes of the sequences of a row group, about; a sequence is never divided.</param>
    /// <param name="compressionLevel">The level of Zstandard.</param>
    public FeatureFile(string path, FeatureContent content, long rowGroupBytes, int compressionLevel)
    {
        _content = content;
        _rowGroupBytes = rowGroupBytes;
        _shape = new FeatureShape(content, compressionLevel);
        _block = new FeatureBlock(content);
        File = new PartFile(path, _shape.File);
    }

    /// <summary>The name of the definition.</summary>
    public string Definition => _content.Definition;

    /// <summary>The file.</summary>
    public PartFile File { get; }

    /// <summary>Whether a sequence belongs into the file.</summary>
    public bool Fits(in LoggedSequence sequence) => sequence.DefinitionName == Definition && _content.Fits(sequence);

    /// <summary>Whether a sequence of the file's definition belongs into the file.</summary>
    public bool Fits(in ServedSequence sequence) => _content.Fits(sequence);

    /// <summary>Adds a sequence.</summary>
    public void Add(in LoggedSequence sequence)
    {
        _block.Add(sequence);
        FlushIfFull();
    }

    /// <summary>Adds a row of a training set.</summary>
    public void Add(in TrainingRow row)
    {
        _block.Add(row);
        FlushIfFull();
    }

    /// <summary>Writes what waits and completes the file.</summary>
    public void Complete()
    {
        Flush();
        File.Complete();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        File.Dispose();
        _block.Dispose();
        _scratch.Dispose();
        _shape.Dispose();
    }

    private void FlushIfFull()
    {
        if (_block.Sequences.Count == MostSequences || _block.UsedBytes > _rowGroupBytes)
        {
            Flush();
        }
    }

    private void Flush()
    {
        if (_block.Sequences.Count > 0)
        {
            _shape.Write(File, _block, _scratch);
            _block.Clear();
        }
    }
}
