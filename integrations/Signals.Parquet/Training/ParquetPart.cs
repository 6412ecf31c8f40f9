using Signals.Definitions;
using Signals.Parquet.Features;
using Signals.Parquet.Layout;
using Signals.Serving;
using Signals.Training;

namespace Signals.Parquet.Training;

/// <summary>One thread's files of a training set: one for each definition that its rows are of.</summary>
internal sealed class ParquetPart(TrainingFolder folder, int number, ParquetTrainingOptions options) : ITrainingPart
{
    private readonly Dictionary<SequenceDefinition, FeatureFile> _files = new(ReferenceEqualityComparer.Instance);
    private readonly Dictionary<string, (SequenceDefinition Definition, FeatureFile File)> _byPath = new(StringComparer.Ordinal);

    public void Append(in TrainingRow row)
    {
        SequenceDefinition definition = row.Sequence.Definition;
        if (!_files.TryGetValue(definition, out FeatureFile? file))
        {
            _files.Add(definition, file = FileOf(definition, row.Sequence));
        }

        if (!file.Fits(row.Sequence))
        {
            throw new ArgumentException(
                $"The columns of '{definition.Name}' version {definition.Version} have other types in this sequence than before; sequences "
                + "of stores with different schemas need training sets of their own.",
                nameof(row));
        }

        file.Add(row);
    }

    public long Complete()
    {
        long bytes = 0;
        foreach ((_, FeatureFile file) in _byPath.Values)
        {
            file.Complete();
            file.File.Publish(overwrite: false);
            bytes += file.File.Bytes;
        }

        return bytes;
    }

    public void Dispose()
    {
        foreach ((_, FeatureFile file) in _byPath.Values)
        {
            file.Dispose();
        }
    }

    /// <summary>The file of a definition's content. The same content may come as several objects.</summary>
    private FeatureFile FileOf(SequenceDefinition definition, in ServedSequence first)
    {
        string path = folder.PathOf(definition, number, LakeFormat.Extension);
        if (!_byPath.TryGetValue(path, out (SequenceDefinition Definition, FeatureFile File) known))
        {
            FeatureContent content = FeatureContent.OfTraining(first, options);
            known = (definition, new FeatureFile(path, content, options.RowGroupBytes, options.CompressionLevel));
            _byPath.Add(path, known);
        }

        // Definitions with code of the host have no hash that would tell them apart.
        return known.Definition == definition ? known.File : throw new ArgumentException(
            $"Two definitions '{definition.Name}' of version {definition.Version} with code of the host differ; make a set of each.",
            nameof(definition));
    }
}
