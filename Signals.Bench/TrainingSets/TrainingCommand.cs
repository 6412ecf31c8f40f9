using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using DuckDB.NET.Data;
using Signals.Arrow;
using Signals.Bench.Compare;
using Signals.Parquet;
using Signals.Serving;
using Signals.Training;

namespace Signals.Bench.TrainingSets;

/// <summary>
/// How fast training sets are made of receipts, and how large they are, beside the features that are written in full while they are served.
/// </summary>
internal sealed class TrainingCommand(int requests, int rows, int width, int threads, string path)
{
    private const int RequestsPerFlush = 5000;

    private readonly ulong[] _served = new ulong[requests];
    private readonly LoggedRequest[] _requests = new LoggedRequest[requests];
    private bool _isRight = true;

    public static BenchCommand Syntax()
    {
        BenchCommand command = new("training", "Measure how fast training sets are made of receipts, and how large they are.");
        Option<int> requests = command.Number("--requests", 5000, "How many requests.");
        Option<int> rows = command.Number("--rows", 256, "The rows of a sequence.");
        Option<int> width = command.Number("--width", 64, "The numbers of its vector.");
        Option<int> threads = command.Number("--threads", Environment.ProcessorCount, "How many threads.");
        Option<string> path = command.Folder();
        return command.Does(line => new TrainingCommand(
            line.GetValue(requests), line.GetValue(rows), line.GetValue(width), line.GetValue(threads), line.GetRequiredValue(path))
            .Run());
    }

    /// <summary>Runs all steps and returns the exit code: 1 when a row differs from what was served, or is missing.</summary>
    public int Run()
    {
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture, $"{requests:N0} requests of {rows:N0} rows with {width} halves, {threads} threads"));
        BenchFolder.Use(path, RunIn);
        return _isRight ? 0 : 1;
    }

    private void RunIn(string folder)
    {
        using SetWorkload workload = new(Path.Combine(folder, "store"), rows, width);
        string log = Path.Combine(folder, "features.log");
        Serve(workload, log);
        using CheckingSink checking = new(_served);
        Make(workload.Store, "rebuilt and compared", checking, null);
        Require(checking.Rows == requests && checking.Differences == 0);
        string parquet = Path.Combine(folder, "parquet");
        using (ParquetTrainingSink sink = ParquetTrainingSink.Create(parquet))
        {
            Make(workload.Store, "training set, Parquet", sink, parquet);
        }

        Require(RowsOf(Path.Combine(parquet, "*", "*.parquet")) == (requests, (long)requests * rows));
        Directory.Delete(parquet, recursive: true);
        string arrow = Path.Combine(folder, "arrow");
        using (ArrowTrainingSink sink = ArrowTrainingSink.Create(arrow))
        {
            Make(workload.Store, "training set, Arrow", sink, arrow);
        }

        Directory.Delete(arrow, recursive: true);
        string exported = Path.Combine(folder, "log");
        long started = Stopwatch.GetTimestamp();
        ParquetExportResult result = ParquetFeatureLogs.ExportAsync(log, exported).GetAwaiter().GetResult();
        Print("features in full, Parquet", Stopwatch.GetElapsedTime(started), result.Bytes);
        Require(result.Rows == requests);
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture, $"{checking.Differences} differences to what was served in {checking.Rows:N0} rows"));
    }

    /// <summary>Serves all requests; each is logged as a receipt and in full.</summary>
    private void Serve(SetWorkload workload, string log)
    {
        ReadOptions withReceipt = new() { WithReceipt = true };
        (TimeSpan reads, TimeSpan receipts, TimeSpan full) = (TimeSpan.Zero, TimeSpan.Zero, TimeSpan.Zero);
        using (FeatureLogWriter features = FeatureLogWriter.Open(log))
        {
            for (int i = 0; i < requests; i++)
            {
                workload.AppendFor(i);
                long start = Stopwatch.GetTimestamp();
                using ServedSequence sequence = workload.Store.Read(SetWorkload.UserOf(i), SetWorkload.Feed, withReceipt);
                long read = Stopwatch.GetTimestamp();
                _requests[i] = new LoggedRequest(i.ToString(CultureInfo.InvariantCulture), sequence.Receipt);
                long receipt = Stopwatch.GetTimestamp();
                features.Append(sequence);
                full += Stopwatch.GetElapsedTime(receipt);
                receipts += Stopwatch.GetElapsedTime(read, receipt);
                reads += Stopwatch.GetElapsedTime(start, read);
                _served[i] = ServedHash.Of(sequence);
                Require(sequence.Count == rows);
                if (i % RequestsPerFlush == RequestsPerFlush - 1)
                {
                    workload.Store.FlushAsync().GetAwaiter().GetResult();
                }
            }

            long flush = Stopwatch.GetTimestamp();
            features.Sync();
            full += Stopwatch.GetElapsedTime(flush);
        }

        Print("reads", reads, 0);
        Print("receipts", receipts, (long)requests * SequenceReceipt.Bytes);
        Print("features in full, log", full, new FileInfo(log).Length);
    }

    private void Make(SignalStore store, string what, ITrainingSink sink, string? folder)
    {
        TrainingLabel[] labels = [.. _requests.Select((request, i) => new TrainingLabel(request.RequestId, i % 2))];
        TrainingReport report = TrainingSet.FromReceiptsAsync(
            store, _requests, labels, sink, new TrainingOptions { Parallelism = threads }).GetAwaiter().GetResult();
        Print(what, report.Elapsed, folder is null ? 0 : report.Bytes);
        Require(report.Rows == requests && report.Joined == requests && report.Events == (long)requests * rows);
    }

    private void Print(string what, TimeSpan took, long bytes) => Console.WriteLine(string.Create(
        CultureInfo.InvariantCulture,
        $"{what,-26} {requests / took.TotalSeconds,10:N0} requests/s  {bytes,16:N0} bytes  {(double)bytes / requests,10:N0} a request"));

    private void Require(bool isRight)
    {
        if (!isRight)
        {
            _isRight = false;
            Console.WriteLine("WRONG: a row is missing, or differs from what was served");
        }
    }

    private static (long Rows, long Events) RowsOf(string files)
    {
        using DuckDBConnection duck = new("DataSource=:memory:");
        duck.Open();
        using DuckDBCommand command = duck.CreateCommand();
        command.CommandText = $"SELECT count(*), sum(len(times))::BIGINT FROM read_parquet('{files}')";
        using DuckDBDataReader reader = command.ExecuteReader();
        reader.Read();
        return (reader.GetInt64(0), reader.GetInt64(1));
    }
}
