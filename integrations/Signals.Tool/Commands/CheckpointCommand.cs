using System.CommandLine;
using Signals.Maintenance;
using Signals.Tool.Stores;

namespace Signals.Tool.Commands;

/// <summary>
/// Takes a checkpoint of a store, also of one that a process has open. That process knows nothing of it.
/// </summary>
internal sealed class CheckpointCommand : ToolCommand
{
    private readonly Argument<string> _folder = Syntax.Folder();
    private readonly Argument<string> _target = Syntax.Word("NEW", "The new folder.");
    private readonly Option<bool> _json = Syntax.Json();

    public CheckpointCommand()
        : base("checkpoint", "Make a plain folder that holds the store as it is now, also while a process has it open.")
    {
        Add(_folder);
        Add(_target);
        Add(_json);
    }

    public override async Task<ExitCode> RunAsync(ParseResult line, ToolContext context, CancellationToken cancellationToken)
    {
        string folder = line.GetRequiredValue(_folder);
        string target = line.GetRequiredValue(_target);
        bool json = line.GetValue(_json);
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
            context.WriteRaw(
                $"{info.Directory}: {Count.Files(info.Files)}, {Count.Bytes(info.Bytes)}, "
                + $"{Count.Number(info.SharedBytes)} of them shared with the store");
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
