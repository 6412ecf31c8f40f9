using System.CommandLine;
using System.Globalization;
using System.Text;
using Signals.Tool.Ingest;
using Signals.Tool.Stores;

namespace Signals.Tool.Commands;

/// <summary>Appends the events of a file to a store that no process has open.</summary>
internal sealed class IngestCommand : ToolCommand
{
    private const int MostSourceBytes = 256;

    private readonly Argument<string> _folder = Syntax.Folder();
    private readonly Argument<string> _file = Syntax.Word("FILE", "The file with events, as export writes it.");
    private readonly Option<string?> _format =
        Syntax.OptionalOneOf("--format", "What the file is, if its name does not say it", "csv", "frames");

    private readonly Option<string?> _source = Syntax.Text(
        "--source", "NAME", "Frames: the source under which the store keeps the position; the file's name by default.");

    private readonly Option<bool> _json = Syntax.Json();

    public IngestCommand()
        : base("ingest", "Append the events of a file, CSV or frames. What the store has already changes nothing.")
    {
        Add(_folder);
        Add(_file);
        Add(_format);
        Add(_source);
        Add(_json);
    }

    public override async Task<ExitCode> RunAsync(ParseResult line, ToolContext context, CancellationToken cancellationToken)
    {
        string path = line.GetRequiredValue(_file);
        string format = line.GetValue(_format) ?? Path.GetExtension(path) switch
        {
            ".csv" => "csv",
            ".frames" or ".msgpack" => "frames",
            _ => throw new UsageException($"The name '{path}' does not say what the file is; say --format csv or frames."),
        };
        if (format == "csv")
        {
            line.Refuse([_source], "goes with --format frames.");
        }

        string source = line.GetValue(_source) ?? Path.GetFileName(path);
        if (format == "frames" && Encoding.UTF8.GetByteCount(source) is < 1 or > MostSourceBytes)
        {
            throw new UsageException(
                $"The source '{source}' has {Count.Bytes(Encoding.UTF8.GetByteCount(source))}; a name has 1 to {MostSourceBytes}. "
                + "Say another one with --source.");
        }

        FileStream input = UserFile.OpenRead(path);
        await using (input.ConfigureAwait(false))
        {
            SignalStore store = WritableStore.Open(line.GetRequiredValue(_folder));
            await using (store.ConfigureAwait(false))
            {
                Rejects rejects = new(path, context.Messages);
                IngestOutcome outcome = format == "csv"
                    ? await CsvAsync(path, input, store, rejects, context, cancellationToken).ConfigureAwait(false)
                    : await FramesAsync(path, source, input, store, rejects, context, cancellationToken).ConfigureAwait(false);
                rejects.End();
                Print(context, line.GetValue(_json), path, format, outcome);
                return outcome.Rejected == 0 && !outcome.IsTruncated ? ExitCode.Ok : ExitCode.ProblemsFound;
            }
        }
    }

    private static async Task<IngestOutcome> CsvAsync(
        string path, FileStream input, SignalStore store, Rejects rejects, ToolContext context, CancellationToken cancellationToken)
    {
        CsvIngest ingest = new(store, rejects);
        Task work = Task.Run(() => ingest.RunAsync(path, input, cancellationToken), cancellationToken);
        try
        {
            await ShowAsync(context, input, work, () => Count.Events(ingest.Accepted)).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            await context.Messages.WriteLineAsync(
                $"'{path}': {Count.Events(ingest.Accepted)} taken and {Count.Number(rejects.Total)} refused before it was stopped; "
                + "the same file again takes the rest").ConfigureAwait(false);
            throw;
        }

        return new IngestOutcome(ingest.Accepted, 0, rejects.Total, IsTruncated: false);
    }

    private static async Task<IngestOutcome> FramesAsync(
        string path,
        string source,
        FileStream input,
        SignalStore store,
        Rejects rejects,
        ToolContext context,
        CancellationToken cancellationToken)
    {
        Task<FrameIngestResult> work = Task.Run(
            () => new FrameIngest(store, source).RunAsync(input, 0, cancellationToken), cancellationToken);
        await ShowAsync(context, input, work, () => "reading frames").ConfigureAwait(false);
        FrameIngestResult result = await work.ConfigureAwait(false);
        foreach (FrameRejection reject in result.Rejections)
        {
            string place = string.Create(CultureInfo.InvariantCulture, $"byte {reject.FirstPosition}");
            string times = reject.Count == 1 ? "" : $" ({Count.Of(reject.Count, "time")}, first there)";
            rejects.Add(place, reject.Reason + times, reject.Count);
        }

        if (result.IsTruncated)
        {
            await context.Messages.WriteLineAsync($"'{path}' ends inside a frame, which begins at byte {result.Position}")
                .ConfigureAwait(false);
        }

        return new IngestOutcome(result.Accepted, result.Skipped, result.Rejected, result.IsTruncated);
    }

    private static Task ShowAsync(ToolContext context, FileStream input, Task work, Func<string> done) => LongWork.ShowAsync(
        context,
        "ingesting",
        work,
        () => input.CanSeek ? WorkProgress.Create(done(), input.Position, input.Length) : new WorkProgress(done()));

    private static void Print(ToolContext context, bool json, string path, string format, IngestOutcome outcome)
    {
        if (!json)
        {
            string skipped = outcome.Skipped == 0
                ? ""
                : $", {Count.Number(outcome.Skipped)} passed over before the position that the store keeps";
            context.WriteRaw($"{path}: {Count.Events(outcome.Accepted)} taken{skipped}, {Count.Number(outcome.Rejected)} refused");
            if (outcome.Skipped > 0)
            {
                context.Messages.WriteLine($"'signals reset' of its source lets '{path}' be read from its beginning again");
            }

            return;
        }

        context.WriteObject(writer =>
        {
            writer.WriteString("file", path);
            writer.WriteString("format", format);
            writer.WriteNumber("events", outcome.Accepted);
            writer.WriteNumber("skipped", outcome.Skipped);
            writer.WriteNumber("rejected", outcome.Rejected);
            writer.WriteBoolean("truncated", outcome.IsTruncated);
        });
    }

    /// <summary>What was taken and what was not. Immutable.</summary>
    private readonly record struct IngestOutcome(long Accepted, long Skipped, long Rejected, bool IsTruncated);
}
