using Signals.Definitions;
using Signals.Training;

namespace Signals.Arrow.Training;

/// <summary>One thread's files of a training set: one for each definition that its rows are of.</summary>
internal sealed class ArrowPart(TrainingFolder folder, int number, ArrowTrainingOptions options) : ITrainingPart
{
    private readonly Dictionary<SequenceDefinition, PartFile> _files = new(ReferenceEqualityComparer.Instance);
    private readonly Dictionary<string, PartFile> _byPath = new(StringComparer.Ordinal);

    public void Append(in TrainingRow row)
    {
        SequenceDefinition definition = row.Sequence.Definition;
        if (!_files.TryGetValue(definition, out PartFile? file))
        {
            _files.Add(definition, file = FileOf(definition));
        }

        file.Append(row);
    }

    public long Complete() => _byPath.Values.Sum(file => file.Complete());

    public void Dispose()
    {
        foreach (PartFile file in _byPath.Values)
        {
            file.Dispose();
        }
    }

    /// <summary>The file of a definition's content. The same content may come as several objects.</summary>
    private PartFile FileOf(SequenceDefinition definition)
    {
        string path = folder.PathOf(definition, number, ".arrow");
        if (!_byPath.TryGetValue(path, out PartFile? file))
        {
            _byPath.Add(path, file = new PartFile(path, options));
        }

        return file;
    }
}
