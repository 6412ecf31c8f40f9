using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Signals.Maintenance;
using Signals.Tool.Export;
using Signals.Tool.Stores;

namespace Signals.Tool.Commands;

/// <summary>Reads every byte of a store and checks it. Changes nothing.</summary>
internal sealed class VerifyCommand : ToolCommand
{
    private readonly Argument<string> _folder = Syntax.Folder();
    private readonly Option<bool> _json = Syntax.Json();

    public VerifyCommand()
        : base("verify", "Read every byte and check it; exit code 1 when something is wrong.")
    {
        Add(_folder);
        Add(_json);
    }

    public override async Task<ExitCode> RunAsync(ParseResult line, ToolContext context, CancellationToken cancellationToken)
    {
        string folder = line.GetRequiredValue(_folder);
        bool json = line.GetValue(_json);
        try
        {
            using ReadOnlyStore store = SignalStore.OpenReadOnly(folder);
            VerifyProgress last = default;
            Task<VerifyReport> work = store.VerifyAsync(
                new ImmediateProgress<VerifyProgress>(progress => last = progress), cancellationToken);
            await LongWork.ShowAsync(
                context,
                "verifying",
                work,
                () => WorkProgress.Create(
                    $"{Count.Number(last.FilesDone)} of {Count.Files(last.Files)}, {Count.Bytes(last.BytesDone)}",
                    last.FilesDone,
                    last.Files))
                .ConfigureAwait(false);
            VerifyReport report = await work.ConfigureAwait(false);
            Print(context, json, report.Files, report.Bytes, [.. report.Problems.Select(p => (p.File, p.Offset, p.Message))]);
            LiveNote.Write(context, store);
            return report.IsIntact ? ExitCode.Ok : ExitCode.ProblemsFound;
        }
        catch (CorruptionException damage)
        {
            // The store is so damaged that it does not open. The command reports this like any other problem.
            Print(context, json, 0, 0, [(damage.File, damage.Offset, damage.Message)]);
            return ExitCode.ProblemsFound;
        }
    }

    private static void Print(
        ToolContext context, bool json, int files, long bytes, (string File, long Offset, string Message)[] problems)
    {
        if (json)
        {
            context.WriteRaw(JsonText.Write(writer => WriteJson(writer, files, bytes, problems)));
            return;
        }

        foreach ((string file, long offset, string message) in problems)
        {
            context.WriteRaw(string.Create(CultureInfo.InvariantCulture, $"{Path.GetFileName(file)} at {offset}: {message}"));
        }

        context.WriteRaw($"{Count.Files(files)}, {Count.Bytes(bytes)}, {Count.Of(problems.Length, "problem")}");
    }

    private static void WriteJson(Utf8JsonWriter json, int files, long bytes, (string File, long Offset, string Message)[] problems)
    {
        json.WriteStartObject();
        json.WriteNumber("files", files);
        json.WriteNumber("bytes", bytes);
        json.WriteStartArray("problems");
        foreach ((string file, long offset, string message) in problems)
        {
            json.WriteStartObject();
            json.WriteString("file", Path.GetFileName(file));
            json.WriteNumber("offset", offset);
            json.WriteString("message", message);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }
}
