using Signals.Core.Ingest;
using Signals.Core.Model;
using Signals.Storage;
using Signals.Tool.Stores;

namespace Signals.Tool.Commands;

/// <summary>Erases a user and compacts, so that the events are gone from the files when the command ends.</summary>
internal sealed class EraseCommand : ICommand
{
    public string Name => "erase";

    public string Usage => "erase FOLDER USER --yes [--json]";

    public string Description => "Erase a user's events for good and compact, so that no file holds them.";

    public async Task<ExitCode> RunAsync(CommandLine line, ToolContext context, CancellationToken cancellationToken)
    {
        string folder = line.Word("FOLDER");
        UserId user = UserArgument.Parse(line.Word("USER"));
        bool sure = line.Flag("--yes");
        bool json = line.Flag("--json");
        line.RequireAllUsed();
        if (!sure)
        {
            throw new UsageException("An erasure cannot be undone; say --yes.");
        }

        SignalStore store = WritableStore.Open(folder);
        await using (store.ConfigureAwait(false))
        {
            AppendAck ack = await store.EraseAsync(user, cancellationToken).ConfigureAwait(false);
            await LongWork.ShowAsync(context, "compacting", store.CompactAsync(cancellationToken), () => new WorkProgress($"{store.GetStats().CompactionBytesRead} bytes read")).ConfigureAwait(false);
            string durability = ack.Durability.ToString().ToLowerInvariant();
            if (json)
            {
                context.WriteObject(writer =>
                {
                    writer.WriteString("user", user.ToString());
                    writer.WriteString("durability", durability);
                    writer.WriteNumber("rows_dropped", store.GetStats().RowsDropped);
                });
            }
            else
            {
                context.WriteRaw($"erased user {user}; acknowledged {durability}, and no file holds the events");
            }
        }

        return ExitCode.Ok;
    }
}
