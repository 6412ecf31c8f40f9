namespace Signals.Training;

/// <summary>
/// Where the rows of a training set go. <c>Signals.Parquet</c> and <c>Signals.Arrow</c> have one each; you can implement it for another
/// format, with <see cref="TrainingFolder"/> for the folder.
/// </summary>
/// <remarks>
/// Lifetime: one sink for one training set. It is disposed by its owner, not by the maker of the set. When the set is whole, the maker
/// calls <see cref="Complete"/>; a sink that is disposed without it must leave nothing that could be taken for a whole set.
/// </remarks>
public interface ITrainingSink : IDisposable
{
    /// <summary>Opens a part. Each thread that makes rows has a part of its own.</summary>
    /// <param name="number">The number of the part, from 0.</param>
    ITrainingPart OpenPart(int number);

    /// <summary>Publishes the set. All parts are completed.</summary>
    /// <param name="report">What is in the set, and what is not.</param>
    void Complete(TrainingReport report);
}
