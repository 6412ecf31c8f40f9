using System.Globalization;
using Signals.Parquet.Layout;
using Signals.Parquet.Writing;
using Signals.Serving;

namespace Signals.Parquet.Features;

/// <summary>The files of one definition of a feature log. Thread contract: one thread. Lifetime: until disposed.</summary>
internal sealed class FeatureFiles : IDisposable
{
    private const int MostSequences = 16_384;
    private const long MostBytes = 64L << 20;

    private readonly FeatureShape _shape;
    private readonly FeatureBlock _block;
    private readonly WriteScratch _scratch = new();

    /// <summary>Begins a file.</summary>
    /// <param name="folder">The folder of the export.</param>
    /// <param name="first">The first sequence of the definition.</param>
    /// <param name="number">How many files the definition has already, with other columns.</param>
    public FeatureFiles(string folder, in LoggedSequence first, int number)
    {
        Definition = first.DefinitionName;
        _shape = new FeatureShape(Definition, first.ColumnNames, first.ColumnTypes);
        _block = new FeatureBlock(_shape.Names, _shape.Types);
        string name = string.Create(CultureInfo.InvariantCulture, $"part-{number:D5}{LakeFormat.Extension}");
        File = new PartFile(Path.Combine(folder, "definition=" + Uri.EscapeDataString(Definition), name), _shape.File);
    }

    /// <summary>The name of the definition.</summary>
    public string Definition { get; }

    /// <summary>The file.</summary>
    public PartFile File { get; }

    /// <summary>Whether a sequence belongs into the file.</summary>
    public bool Fits(in LoggedSequence sequence) => sequence.DefinitionName == Definition && _shape.Fits(sequence);

    /// <summary>Adds a sequence.</summary>
    public void Add(in LoggedSequence sequence)
    {
        _block.Add(sequence);
        if (_block.Sequences.Count == MostSequences || _block.HeldBytes > MostBytes)
        {
            Flush();
        }
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

    private void Flush()
    {
        if (_block.Sequences.Count > 0)
        {
            _shape.Write(File, _block, _scratch);
            _block.Clear();
        }
    }
}
