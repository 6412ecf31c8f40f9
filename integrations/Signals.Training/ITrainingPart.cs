namespace Signals.Training;

/// <summary>A part of a training set, to which one thread appends rows.</summary>
/// <remarks>Thread contract: one thread at a time; parts of one sink are used at once. Dispose without completing drops the part.</remarks>
public interface ITrainingPart : IDisposable
{
    /// <summary>Appends a row. The sequence must not be used after the call returns.</summary>
    void Append(in TrainingRow row);

    /// <summary>Writes what is left. No row follows.</summary>
    /// <returns>The bytes that the part has.</returns>
    long Complete();
}
