using Signals.Parquet.Training;
using Signals.Training;

namespace Signals.Parquet;

/// <summary>
/// A training set as Parquet files in a folder: for each definition a folder of its own with a file for each part, and a report. A row is
/// a request or a moment with its label, a list for each column of the definition, and a column for each tensor (<c>docs/lake.md</c>).
/// </summary>
/// <remarks>
/// Thread contract: as <see cref="ITrainingSink"/> says. <see cref="TrainingFolder"/> says how the folder appears and what is left of an
/// unfinished set. The files are synced. A text that is not UTF-8 ends the work with a <see cref="ParquetTextException"/>.
/// </remarks>
public sealed class ParquetTrainingSink : ITrainingSink
{
    private readonly TrainingFolder _folder;
    private readonly ParquetTrainingOptions _options;

    private ParquetTrainingSink(TrainingFolder folder, ParquetTrainingOptions options) => (_folder, _options) = (folder, options);

    /// <summary>Prepares a training set in a folder.</summary>
    /// <param name="folder">The folder. It must not exist yet, or be empty; its parent must exist.</param>
    /// <param name="options">The options; null for the defaults.</param>
    /// <exception cref="IOException">
    /// The folder holds something, or what an unfinished set left is beside it; the message says which path to delete.
    /// </exception>
    public static ParquetTrainingSink Create(string folder, ParquetTrainingOptions? options = null)
    {
        options ??= new ParquetTrainingOptions();
        options.Validate();
        return new ParquetTrainingSink(TrainingFolder.Create(folder), options);
    }

    /// <inheritdoc/>
    public ITrainingPart OpenPart(int number) => new ParquetPart(_folder, number, _options);

    /// <inheritdoc/>
    /// <exception cref="IOException">The folder is not this sink's any more, or the set's folder is not empty.</exception>
    public void Complete(TrainingReport report) => _folder.Complete(report);

    /// <summary>Deletes what was written, unless the set is whole. A second call does nothing.</summary>
    public void Dispose() => _folder.Dispose();
}
