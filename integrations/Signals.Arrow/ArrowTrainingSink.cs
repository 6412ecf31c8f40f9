using Signals.Arrow.Training;
using Signals.Training;

namespace Signals.Arrow;

/// <summary>
/// A training set as Arrow files in a folder: for each definition a folder of its own with a file for each part, and a report.
/// </summary>
/// <remarks>
/// Thread contract: as <see cref="ITrainingSink"/> says. <see cref="TrainingFolder"/> says how the folder appears and what is left of an
/// unfinished set. The files are synced.
/// </remarks>
public sealed class ArrowTrainingSink : ITrainingSink
{
    /// <summary>The file of the report in the folder of a training set.</summary>
    public const string ReportFile = TrainingFolder.ReportFile;

    private readonly TrainingFolder _folder;
    private readonly ArrowTrainingOptions _options;

    private ArrowTrainingSink(TrainingFolder folder, ArrowTrainingOptions options) => (_folder, _options) = (folder, options);

    /// <summary>Prepares a training set in a folder.</summary>
    /// <param name="folder">The folder. It must not exist yet, or be empty; its parent must exist.</param>
    /// <param name="options">The options; null for the defaults.</param>
    /// <exception cref="IOException">
    /// The folder holds something, or what an unfinished set left is beside it; the message says which path to delete.
    /// </exception>
    public static ArrowTrainingSink Create(string folder, ArrowTrainingOptions? options = null)
    {
        options ??= new ArrowTrainingOptions();
        options.Validate();
        return new ArrowTrainingSink(TrainingFolder.Create(folder), options);
    }

    /// <inheritdoc/>
    public ITrainingPart OpenPart(int number) => new ArrowPart(_folder, number, _options);

    /// <inheritdoc/>
    /// <exception cref="IOException">The folder is not this sink's any more, or the set's folder is not empty.</exception>
    public void Complete(TrainingReport report) => _folder.Complete(report);

    /// <summary>Deletes what was written, unless the set is whole. A second call does nothing.</summary>
    public void Dispose() => _folder.Dispose();
}
