using System.CommandLine;
using System.Globalization;
using Signals.Arrow;
using Signals.Parquet;
using Signals.Tool.Stores;
using Signals.Tool.Training;
using Signals.Training;

namespace Signals.Tool.Commands;

/// <summary>Makes a training set of a store or checkpoint that no process has open.</summary>
internal sealed class TrainingCommand : ToolCommand
{
    private readonly Argument<string> _folder = Syntax.Folder();
    private readonly Option<string?> _definition = Syntax.Needed("--definition", "FILE", "The JSON of the definition.");
    private readonly Option<string?> _output = Syntax.Needed("--output", "NEW", "The folder of the set.");
    private readonly Option<string?> _labels = Syntax.Needed("--labels", "FILE", "Labels, as CSV or Parquet.");
    private readonly Option<string?> _receipts = Syntax.Text("--receipts", "FILE", "Rows are what these receipts say was served.");
    private readonly Option<bool> _knownThen =
        Syntax.Flag("--as-known-then", "Rows are users at the times of the labels, as was known then.");

    private readonly Option<bool> _correctedNow = Syntax.Flag("--as-corrected-now", "The same, as it is known now.");
    private readonly Option<bool> _keepUnlabelled = Syntax.Flag("--keep-unlabelled", "Write rows without a label, too.");
    private readonly Option<bool> _states = Syntax.Flag("--states", "Write of each value whether it is absent or null.");
    private readonly Option<string> _format = Syntax.OneOf("--format", "What to write", "parquet", "arrow");
    private readonly Option<int> _threads =
        Syntax.Number("--threads", "How many threads; by default as many as the machine has cores.", null, least: 1);

    private readonly TrainingInputSyntax _inputs = new();
    private readonly Option<bool> _json = Syntax.Json();

    public TrainingCommand()
        : base("training", "Write what receipts say was served, or users at times, with labels, as Parquet or Arrow files.")
    {
        Add(_folder);
        Add(_definition);
        Add(_output);
        Add(_labels);
        Add(_receipts);
        Add(_knownThen);
        Add(_correctedNow);
        Add(_keepUnlabelled);
        Add(_states);
        Add(_format);
        Add(_threads);
        _inputs.Options.ForEach(Add);
        Add(_json);
    }

    public override async Task<ExitCode> RunAsync(ParseResult line, ToolContext context, CancellationToken cancellationToken)
    {
        string folder = line.GetRequiredValue(_folder);
        string definition = line.GetRequiredValue(_definition)!;
        string output = line.GetRequiredValue(_output)!;
        string labels = line.GetRequiredValue(_labels)!;
        string? receipts = line.GetValue(_receipts);
        bool isKnownThen = line.GetValue(_knownThen);
        bool isCorrectedNow = line.GetValue(_correctedNow);
        Following following = new();
        TrainingOptions options = new()
        {
            KeepUnlabelled = line.GetValue(_keepUnlabelled),
            Parallelism = line.GetValue(_threads),
            Progress = following,
        };
        ParquetTrainingInputOptions inputs = _inputs.Read(line);
        if ((receipts is null ? 0 : 1) + (isKnownThen ? 1 : 0) + (isCorrectedNow ? 1 : 0) != 1)
        {
            throw new UsageException("Say what the rows are: --receipts FILE, --as-known-then or --as-corrected-now, one of them.");
        }

        if (!TrainingInputs.IsParquet(labels) && (receipts is null || !TrainingInputs.IsParquet(receipts)))
        {
            line.Refuse(_inputs.Options, "goes with inputs as Parquet; CSV has its own columns, and times in milliseconds or as text.");
        }

        using StoreCopy look = StoreCopy.Open(folder, withVersions: !isCorrectedNow);
        string name = DefinitionFile.Register(look.Store, definition);
        using ITrainingSink sink = SinkOf(line, output);
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
        Print(context, line.GetValue(_json), output, await work.ConfigureAwait(false));
        return ExitCode.Ok;
    }

    private ITrainingSink SinkOf(ParseResult line, string output)
    {
        bool states = line.GetValue(_states);
        return line.GetValue(_format) == "arrow"
            ? ArrowTrainingSink.Create(output, new ArrowTrainingOptions { Content = new SequenceBatchOptions { States = states } })
            : ParquetTrainingSink.Create(output, new ParquetTrainingOptions { States = states });
    }

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
        context.WriteRaw(
            $"{output}: {Count.Rows(report.Rows)} of {Count.Number(report.Requests)} asked for, "
                + $"{Count.Number(report.Joined)} with a label, {complete}, {Count.Events(report.Events)}, {Count.Bytes(report.Bytes)}");
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
            return WorkProgress.Create(Count.Of(done, "sequence"), done, Volatile.Read(ref _total));
        }
    }
}
