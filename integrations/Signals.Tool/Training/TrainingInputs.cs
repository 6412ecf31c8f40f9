using Signals.Parquet;
using Signals.Serving;
using Signals.Tool.Stores;
using Signals.Training;

namespace Signals.Tool.Training;

/// <summary>
/// Reads the files of the command <c>training</c>: a folder, or a file whose name ends with <c>.parquet</c>, is Parquet, all else CSV.
/// Errors name file and line, or row.
/// </summary>
internal static class TrainingInputs
{
    /// <summary>Whether a path names Parquet.</summary>
    public static bool IsParquet(string path) => Directory.Exists(path) || path.EndsWith(".parquet", StringComparison.OrdinalIgnoreCase);

    /// <summary>Requests and their receipts.</summary>
    public static IReadOnlyList<LoggedRequest> Receipts(string path, ParquetTrainingInputOptions options) =>
        IsParquet(path) ? ParquetTrainingInputs.ReadRequests(path, options) : Receipts(path);

    /// <summary>Requests and their labels.</summary>
    public static IEnumerable<TrainingLabel> Labels(string path, ParquetTrainingInputOptions options) =>
        IsParquet(path) ? ParquetTrainingInputs.ReadLabels(path, options) : Labels(path);

    /// <summary>Users at times.</summary>
    public static IReadOnlyList<TrainingMoment> Moments(string path, ParquetTrainingInputOptions options) =>
        IsParquet(path) ? ParquetTrainingInputs.ReadMoments(path, options) : Moments(path);

    /// <summary>request_id, receipt: 56 bytes as base64 or hex.</summary>
    public static List<LoggedRequest> Receipts(string path)
    {
        List<LoggedRequest> requests = [];
        using CsvTable table = CsvTable.Open(path, "request_id", "receipt");
        while (table.Read())
        {
            requests.Add(SequenceReceipt.TryRead(BytesOf(table.Text("receipt")), out SequenceReceipt receipt)
                ? new LoggedRequest(table.Text("request_id"), receipt)
                : throw table.Wrong("receipt", $"the {SequenceReceipt.Bytes} bytes of a receipt as base64 or hex"));
        }

        return requests;
    }

    /// <summary>request_id, label and, if it is known, time.</summary>
    public static IEnumerable<TrainingLabel> Labels(string path)
    {
        using CsvTable table = CsvTable.Open(path, "request_id", "label");
        while (table.Read())
        {
            double label = table.Number("label") ?? throw table.Wrong("label", "a number");
            yield return new TrainingLabel(table.Text("request_id"), label, table.Text("time").Length == 0 ? null : table.Time("time"));
        }
    }

    /// <summary>user, time and, if they are there, request_id and label.</summary>
    public static List<TrainingMoment> Moments(string path)
    {
        List<TrainingMoment> moments = [];
        using CsvTable table = CsvTable.Open(path, "user", "time");
        while (table.Read())
        {
            UserId user;
            try
            {
                user = UserArgument.Parse(table.Text("user"));
            }
            catch (UsageException refusal)
            {
                throw table.Wrong("user", "a user: " + refusal.Message);
            }

            moments.Add(new TrainingMoment(table.Text("request_id"), user, table.Time("time"), table.Number("label")));
        }

        return moments;
    }

    private static byte[] BytesOf(string text)
    {
        byte[] bytes = new byte[SequenceReceipt.Bytes];
        return text.Length == 2 * SequenceReceipt.Bytes
            ? Convert.FromHexString(text, bytes, out _, out _) == System.Buffers.OperationStatus.Done ? bytes : []
            : Convert.TryFromBase64String(text, bytes, out int length) && length == bytes.Length ? bytes : [];
    }
}
