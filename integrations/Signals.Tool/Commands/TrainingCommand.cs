using System.Globalization;
using Signals.Arrow;
using Signals.Parquet;
using Signals.Tool.Stores;
using Signals.Tool.Training;
using Signals.Training;

namespace Signals.Tool.Commands;

/// <summary>Makes a training set of a store or checkpoint that no process has open.</summary>
internal sealed class TrainingCommand : ICommand
{
    public string Name => "training";

    public string Usage => "training FOLDER --definition FILE --output NEW --labels FILE"
        + " (--receipts FILE | --as-known-then | --as-corrected-now) [--keep-unlabelled] [--states] [--format arrow]"
        + " [--threads N] [--json]";

    public string Description =>
        "A training set as Parquet or Arrow files: what receipts say was served, or each user's sequence at a time, with labels.";

    public async Task<ExitCode> RunAsync(CommandLine line, ToolContext context, CancellationToken cancellationToken)
    {
        string folder = line.Word("FOLDER");
        string definition = line.Text("--definition") ?? throw new UsageException("--definition FILE (its JSON) is missing.");
        string output = line.Text("--output") ?? throw new UsageException("--output NEW, the folder of the set, is missing.");
        string labels = line.Text("--labels") ?? throw new UsageException("--labels FILE is missing.");
        string? receipts = line.Text("--receipts");
        bool isKnownThen = line.Flag("--as-known-then");
        bool isCorrectedNow = line.Flag("--as-corrected-now");
        Following following = new();
        TrainingOptions options = new()
        {
            KeepUnlabelled = line.Flag("--keep-unlabelled"),
            Parallelism = line.Number("--threads", fallback: 0, least: 1),
            Progress = following,
        };
        bool states = line.Flag("--states");
        string format = line.Text("--format") ?? "parquet";
        ParquetTrainingInputOptions inputs = new()
        {
            UserColumn = line.Text("--user"),
            UserKind = line.Choice<ParquetUserKind>("--user-kind"),
            TimeColumn = line.Text("--time") ?? "time",
            TimeUnit = line.Choice("--time-unit", ParquetTimeUnit.Milliseconds),
        };
        bool json = line.Flag("--json");
        line.RequireAllUsed();
        if ((receipts is null ? 0 : 1) + (isKnownThen ? 1 : 0) + (isCorrectedNow ? 1 : 0) != 1)
        {
            throw new UsageException("Say what the rows are: --receipts FILE, --as-known-then or --as-corrected-now, one of them.");
        }

        if (format is not ("parquet" or "arrow"))
        {
            throw new UsageException($"'{format}' is no format of training sets; there are parquet and arrow.");
        }

        using ReadOnlyStore look = ReadOnlyStore.Open(folder, withVersions: !isCorrectedNow);
        string name = DefinitionFile.Register(look.Store, definition);
        using ITrainingSink sink = SinkOf(format, output, states);
        Task<TrainingReport> work = Task.Run(
            () => receipts is not null
                ? TrainingSet.FromReceiptsAsync(
                    look.Store, TrainingInputs.Receipts(receipts, inputs), TrainingInputs.Labels(labels, inputs), sink, options,
                    cancellationToken)
                : isKnownThen
                    ? TrainingSet.AsKnownThenAsync(
                        look.Store, TrainingInputs.Moments(labels, inputs), name, sink, options, cancellationToken)
                    : TrainingSet.AsCorrectedNowAsync(
                        look.Store, TrainingInputs.Moments(labels, inputs), name, sink, options, cancellationToken),
            cancellationToken);
        await LongWork.ShowAsync(context, "making the training set", work, following.Now).ConfigureAwait(false);
        Print(context, json, output, await work.ConfigureAwait(false));
        return ExitCode.Ok;
    }

    private static ITrainingSink SinkOf(string format, string output, bool states) => format == "arrow"
        ? ArrowTrainingSink.Create(output, new ArrowTrainingOptions { Content = new SequenceBatchOptions { States = states } })
        : ParquetTrainingSink.Create(output, new ParquetTrainingOptions { States = states });

    private static void Print(ToolContext context, bool json, string output, TrainingReport report)
    {
        if (json)
        {
            context.WriteObject(writer =>
            {
                writer.WriteString("folder", output);
                report.WriteTo(writer);
            });
            return;
        }

        string complete = report.Rows == 0
            ? "no rows"
            : string.Create(CultureInfo.InvariantCulture, $"{report.ShareComplete:P1} complete");
        context.WriteRaw(string.Create(
            CultureInfo.InvariantCulture,
            $"{output}: {report.Rows:N0} rows of {report.Requests:N0} asked for, {report.Joined:N0} with a label, "
                + $"{complete}, {report.Events:N0} events, {report.Bytes:N0} bytes"));
        if (report.Unlabelled > 0 || report.LabelsWithoutRequest > 0)
        {
            context.WriteRaw(string.Create(
                CultureInfo.InvariantCulture,
                $"without a label: {report.Unlabelled:N0}; labels without a request: {report.LabelsWithoutRequest:N0}"));
        }

        foreach ((Signals.Serving.RebuildStatus status, long count) in report.Missing)
        {
            context.WriteRaw(string.Create(CultureInfo.InvariantCulture, $"no row, {status}: {count:N0}"));
        }
    }

    /// <summary>The progress that was reported last. Any thread.</summary>
    private sealed class Following : IProgress<TrainingProgress>
    {
        private long _done;
        private long _total;

        public void Report(TrainingProgress value)
        {
            Volatile.Write(ref _total, value.Total);
            Volatile.Write(ref _done, value.Done);
        }

        public WorkProgress Now()
        {
            long done = Volatile.Read(ref _done);
            return WorkProgress.Create(
                string.Create(CultureInfo.InvariantCulture, $"{done:N0} sequences"), done, Volatile.Read(ref _total));
        }
    }
}
