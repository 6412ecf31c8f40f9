using Signals.Parquet.Training;
using Signals.Training;

namespace Signals.Parquet;

/// <summary>
/// Reads what training sets are made of from Parquet of any producer: labels, moments, and requests with their receipts. A path is a file,
/// or a folder with all files below it that end with <c>.parquet</c>.
/// </summary>
/// <remarks>
/// Thread contract: any thread. Memory: a batch of rows; moments and requests are held. Every row has to fit: the first one that does not
/// ends the reading with a <see cref="ParquetMismatchException"/> that names file, column, row group and row.
/// </remarks>
public static class ParquetTrainingInputs
{
    /// <summary>Reads labels as they are asked for: a request, a number and, if there is a column of it, a time.</summary>
    /// <param name="path">A file or a folder.</param>
    /// <param name="options">The columns; null for the defaults.</param>
    /// <exception cref="FileNotFoundException">There is no file to read.</exception>
    public static IEnumerable<TrainingLabel> ReadLabels(string path, ParquetTrainingInputOptions? options = null)
    {
        InputReader reader = ReaderOf(path, options);
        return reader.Read(InputParts.Request | InputParts.Label, InputParts.Time).Select(row => new TrainingLabel(
            row.Group.RequestOf(row.Row), row.Group.LabelOf(row.Row) ?? throw row.Group.LabelMissing(row.Row),
            row.Group.TimeOf(row.Row)));
    }

    /// <summary>Reads moments: a user, a time and, if there are columns of them, a request and a label.</summary>
    /// <inheritdoc cref="ReadLabels" path="/param"/>
    /// <inheritdoc cref="ReadLabels" path="/exception"/>
    public static IReadOnlyList<TrainingMoment> ReadMoments(string path, ParquetTrainingInputOptions? options = null)
    {
        InputReader reader = ReaderOf(path, options);
        return [.. reader.Read(InputParts.User | InputParts.Time, InputParts.Request | InputParts.Label).Select(row => new TrainingMoment(
            row.Group.RequestOf(row.Row), row.Group.UserOf(row.Row), row.Group.TimeOf(row.Row) ?? throw row.Group.TimeMissing(row.Row),
            row.Group.LabelOf(row.Row)))];
    }

    /// <summary>Reads requests: an id and the receipt that was logged with it.</summary>
    /// <inheritdoc cref="ReadLabels" path="/param"/>
    /// <inheritdoc cref="ReadLabels" path="/exception"/>
    public static IReadOnlyList<LoggedRequest> ReadRequests(string path, ParquetTrainingInputOptions? options = null)
    {
        InputReader reader = ReaderOf(path, options);
        return [.. reader.Read(InputParts.Request | InputParts.Receipt, InputParts.None).Select(row =>
            new LoggedRequest(row.Group.RequestOf(row.Row), row.Group.ReceiptOf(row.Row)))];
    }

    private static InputReader ReaderOf(string path, ParquetTrainingInputOptions? options)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        options ??= new ParquetTrainingInputOptions();
        options.Validate();
        return new InputReader(path, options);
    }
}
