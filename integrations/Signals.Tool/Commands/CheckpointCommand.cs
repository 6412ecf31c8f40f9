using System.Globalization;
using Signals.Maintenance;
using Signals.Tool.Stores;

namespace Signals.Tool.Commands;

/// <summary>
/// Takes a checkpoint of a store, also of one that a process has open. That process knows nothing of it.
/// </summary>
internal sealed class CheckpointCommand : ICommand
{
    public string Name => "checkpoint";

    public string Usage => "checkpoint FOLDER NEW [--json]";

    public string Description =>
        "Make a plain folder that holds the store as it is now; tables are shared with it where the disk allows.";

    public async Task<ExitCode> RunAsync(CommandLine line, ToolContext context, CancellationToken cancellationToken)
    {
        string folder = line.Word("FOLDER");
        string target = line.Word("NEW");
        bool json = line.Flag("--json");
        line.RequireAllUsed();
        using ReadOnlyStore store = SignalStore.OpenReadOnly(folder);
        Task<CheckpointInfo> work = store.CheckpointAsync(target, cancellationToken);
        await LongWork.ShowAsync(context, "taking a checkpoint", work, static () => new WorkProgress("copying"))
            .ConfigureAwait(false);
        Print(context, json, await work.ConfigureAwait(false));
        LiveNote.Write(context, store);
        return ExitCode.Ok;
    }

    private static void Print(ToolContext context, bool json, CheckpointInfo info)
    {
        if (!json)
        {
            context.WriteRaw(string.Create(CultureInfo.InvariantCulture,
                $"{info.Directory}: {info.Files:N0} files, {info.Bytes:N0} bytes, {info.SharedBytes:N0} of them shared with the store"));
            return;
        }

        context.WriteObject(writer =>
        {
            writer.WriteString("folder", info.Directory);
            writer.WriteNumber("files", info.Files);
            writer.WriteNumber("bytes", info.Bytes);
            writer.WriteNumber("shared_bytes", info.SharedBytes);
        });
    }
}
