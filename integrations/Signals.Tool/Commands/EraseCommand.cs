using System.Globalization;
using Signals.Tool.Stores;

namespace Signals.Tool.Commands;

/// <summary>Erases a user and compacts, so that no file holds the user's events when the command ends.</summary>
internal sealed class EraseCommand : ICommand
{
    public string Name => "erase";

    public string Usage => "erase FOLDER USER [--yes] [--json]";

    public string Description => "Show how many events a user has, ask, erase them for good and compact, so that no file holds them.";

    public async Task<ExitCode> RunAsync(CommandLine line, ToolContext context, CancellationToken cancellationToken)
    {
        string folder = line.Word("FOLDER");
        UserId user = UserArgument.Parse(line.Word("USER"));
        bool sure = line.Flag("--yes");
        bool json = line.Flag("--json");
        line.RequireAllUsed();
        SignalStore store = WritableStore.Open(folder);
        await using (store.ConfigureAwait(false))
        {
            long events = CountEvents(store, user);
            await context.Messages.WriteLineAsync(Describe(store, user, events)).ConfigureAwait(false);
            if (!sure && !await ConfirmAsync(context, cancellationToken).ConfigureAwait(false))
            {
                throw new UsageException("Nothing was erased. An erasure cannot be undone; answer yes, or say --yes.");
            }

            AppendAck ack = await store.EraseAsync(user, cancellationToken).ConfigureAwait(false);
            await LongWork.ShowAsync(
                context,
                "compacting",
                store.CompactAsync(cancellationToken),
                () => new WorkProgress($"{store.GetStats().CompactionBytesRead} bytes read")).ConfigureAwait(false);
            string durability = ack.Durability.ToString().ToLowerInvariant();
            if (json)
            {
                context.WriteObject(writer =>
                {
                    writer.WriteString("user", user.ToString());
                    writer.WriteNumber("events", events);
                    writer.WriteString("durability", durability);
                    writer.WriteNumber("rows_dropped", store.GetStats().RowsDropped);
                });
            }
            else
            {
                context.WriteRaw(string.Create(
                    CultureInfo.InvariantCulture,
                    $"erased {events:N0} events of user {user}; acknowledged {durability}, and no file holds the events"));
            }
        }

        return ExitCode.Ok;
    }

    /// <summary>The number of events that reads show.</summary>
    private static long CountEvents(SignalStore store, UserId user)
    {
        long events = 0;
        foreach (EventTypeSchema type in store.Schema.EventTypes)
        {
            using Sequence sequence = store.Read(user, store.Query(type.Name).Last(int.MaxValue).Columns().Build());
            events += sequence.Count;
        }

        return events;
    }

    private static string Describe(SignalStore store, UserId user, long events)
    {
        string[] types = [.. store.Schema.EventTypes.Select(type => type.Name)];
        if (events == 0)
        {
            return $"user {user} has no events that reads show";
        }

        using Sequence newest = store.Read(user, store.Query(types).Last(1).Columns().Build());
        return string.Create(
            CultureInfo.InvariantCulture,
            $"user {user} has {events:N0} events, the newest of " +
            $"{DateTimeOffset.FromUnixTimeMilliseconds(newest.Times[0]):yyyy-MM-dd HH:mm:ss.fff}Z");
    }

    private static async ValueTask<bool> ConfirmAsync(ToolContext context, CancellationToken cancellationToken)
    {
        if (context.Answers is not { } answers)
        {
            return false;
        }

        await context.Messages.WriteAsync("Erase them for good? Only yes does: ").ConfigureAwait(false);
        return await answers.ReadLineAsync(cancellationToken).ConfigureAwait(false) == "yes";
    }
}
