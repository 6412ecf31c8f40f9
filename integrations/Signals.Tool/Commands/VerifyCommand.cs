using System.Globalization;
using System.Text.Json;
using Signals.Maintenance;
using Signals.Tool.Export;
using Signals.Tool.Stores;

namespace Signals.Tool.Commands;

/// <summary>Reads every byte of a store and checks it. Changes nothing.</summary>
internal sealed class VerifyCommand : ICommand
{
    public string Name => "verify";

    public string Usage => "verify FOLDER [--json]";

    public string Description => "Read every byte and check it; exit code 1 when something is wrong.";

    public async Task<ExitCode> RunAsync(CommandLine line, ToolContext context, CancellationToken cancellationToken)
    {
        string folder = line.Word("FOLDER");
        bool json = line.Flag("--json");
        line.RequireAllUsed();
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
                    $"{last.FilesDone} of {last.Files} files, {last.BytesDone} bytes", last.FilesDone, last.Files))
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

        context.WriteRaw(string.Create(
            CultureInfo.InvariantCulture, $"{files:N0} files, {bytes:N0} bytes, {problems.Length:N0} problems"));
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
