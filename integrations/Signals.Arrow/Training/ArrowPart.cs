using System.Globalization;
using Signals.Definitions;
using Signals.Training;

namespace Signals.Arrow.Training;

/// <summary>One thread's files of a training set: one for each definition that its rows are of.</summary>
internal sealed class ArrowPart(string folder, int number, ArrowTrainingOptions options) : ITrainingPart
{
    private readonly Dictionary<SequenceDefinition, PartFile> _files = new(ReferenceEqualityComparer.Instance);
    private readonly Dictionary<string, PartFile> _byFolder = new(StringComparer.Ordinal);

    public void Append(in TrainingRow row)
    {
        SequenceDefinition definition = row.Sequence.Definition;
        if (!_files.TryGetValue(definition, out PartFile? file))
        {
            _files.Add(definition, file = FileOf(definition));
        }

        file.Append(row);
    }

    public long Complete() => _byFolder.Values.Sum(file => file.Complete());

    public void Dispose()
    {
        foreach (PartFile file in _byFolder.Values)
        {
            file.Dispose();
        }
    }

    /// <summary>The file of a definition's content. The same content may come as several objects.</summary>
    private PartFile FileOf(SequenceDefinition definition)
    {
        string name = FolderOf(definition);
        if (!_byFolder.TryGetValue(name, out PartFile? file))
        {
            string inside = Directory.CreateDirectory(Path.Combine(folder, name)).FullName;
            string path = Path.Combine(inside, string.Create(CultureInfo.InvariantCulture, $"part-{number:00000}.arrow"));
            _byFolder.Add(name, file = new PartFile(path, options));
        }

        return file;
    }

    /// <summary>Overrides make other definitions of the same version, so a part of the content's hash is in the name.</summary>
    private static string FolderOf(SequenceDefinition definition)
    {
        string name = string.Concat(definition.Name.Select(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '-' ? c : '_'));
        return definition.IsPortable
            ? string.Create(
                CultureInfo.InvariantCulture, $"{name}.v{definition.Version}.{(uint)(definition.ComputeContentHash() >> 96):x8}")
            : string.Create(CultureInfo.InvariantCulture, $"{name}.v{definition.Version}");
    }
}
