using System.CommandLine;
using System.Globalization;
using System.Runtime.ExceptionServices;
using System.Text;
using System.Text.Json;
using Signals.Maintenance;
using Signals.Tool.Stores;

namespace Signals.Tool.Commands;

/// <summary>Erases a user and compacts, so that no file holds the user's events when the command ends.</summary>
internal sealed class EraseCommand : ToolCommand
{
    private readonly Argument<string> _folder = Syntax.Folder();
    private readonly Argument<string> _user = Syntax.User();
    private readonly Option<bool> _yes = Syntax.Flag("--yes", "Do not ask.");
    private readonly Option<string?> _certificate =
        Syntax.Text("--certificate", "FILE", "Write the certificate into this new file, as JSON.");
    private readonly Option<string?> _checkpoint =
        Syntax.Text("--checkpoint", "PATH", "Then erase the user from this checkpoint: a plain folder, or one of shared storage.");

    private readonly Option<bool> _json = Syntax.Json();

    private static string DurabilityWord => WritableStore.Durability.ToString().ToLowerInvariant();

    public EraseCommand()
        : base("erase", "Erase a user for good: show how many events, ask, erase and compact, so that no file holds them.")
    {
        Add(_folder);
        Add(_user);
        Add(_yes);
        Add(_certificate);
        Add(_checkpoint);
        Add(_json);
    }

    public override async Task<ExitCode> RunAsync(ParseResult line, ToolContext context, CancellationToken cancellationToken)
    {
        string folder = line.GetRequiredValue(_folder);
        UserId user = UserArgument.Parse(line.GetRequiredValue(_user));
        bool sure = line.GetValue(_yes);
        bool json = line.GetValue(_json);
        CheckpointPlace? place = line.GetValue(_checkpoint) is { } checkpoint ? CheckpointPlace.Find(checkpoint, folder) : null;
        SignalStore store = WritableStore.Open(folder);
        await using (store.ConfigureAwait(false))
        {
            // An erasure cannot be undone. So everything that can refuse what comes after it is tried before.
            using NewFile? file = line.GetValue(_certificate) is { } path ? NewFile.Create(path) : null;
            if (place is not null)
            {
                await place.RequireUsableAsync(cancellationToken).ConfigureAwait(false);
            }

            long events = CountEvents(store, user);
            await context.Messages.WriteLineAsync(Describe(store, user, events)).ConfigureAwait(false);
            if (place is not null)
            {
                await context.Messages.WriteLineAsync($"the checkpoint is {place}").ConfigureAwait(false);
            }

            if (!sure && !await ConfirmAsync(place, context, cancellationToken).ConfigureAwait(false))
            {
                throw new UsageException("Nothing was erased. An erasure cannot be undone; answer yes, or say --yes.");
            }

            (ErasureCertificate erased, string certificate) =
                await EraseAsync(store, user, context, cancellationToken).ConfigureAwait(false);
            Exception? refused = file is null ? null : Keep(file, certificate, context);
            CheckpointErasureCertificate? copy = place is null
                ? null
                : await EraseCopyAsync(place, erased, file is null ? certificate : null, context, cancellationToken).ConfigureAwait(false);
            try
            {
                Print(context, json, (user, events, store.GetStats().RowsDropped), certificate, copy);
            }
            catch (IOException) when (file is null || copy is not null)
            {
                Tell(certificate, context);
                await context.Messages.WriteLineAsync(copy?.ToJson()).ConfigureAwait(false);
                throw;
            }

            if (refused is not null)
            {
                ExceptionDispatchInfo.Throw(refused);
            }

            return copy is null or { IsComplete: true } ? ExitCode.Ok : ExitCode.ProblemsFound;
        }
    }

    /// <summary>
    /// Writes the certificate, also when the command is being stopped: there is no second one. Returns why it could not, after telling it.
    /// </summary>
    private static Exception? Keep(NewFile file, string certificate, ToolContext context)
    {
        try
        {
            file.Stream.Write(Encoding.UTF8.GetBytes(certificate + "\n"));
            file.Publish();
            return null;
        }
        catch (Exception refused) when (refused is IOException or UnauthorizedAccessException)
        {
            Tell(certificate, context);
            return refused;
        }
    }

    private static void Tell(string certificate, ToolContext context)
    {
        context.Messages.WriteLine("the user is erased from the store; keep its certificate, which is in no file:");
        context.Messages.WriteLine(certificate);
    }

    /// <summary>Erases, compacts, and returns the certificate when no place holds the user any more.</summary>
    private static async Task<(ErasureCertificate Erased, string Json)> EraseAsync(
        SignalStore store, UserId user, ToolContext context, CancellationToken cancellationToken)
    {
        ErasureCertificate erased = await store.EraseCertifiedAsync(user, cancellationToken).ConfigureAwait(false);
        try
        {
            await LongWork.ShowAsync(
                context,
                "compacting",
                store.CompactAsync(cancellationToken),
                () => new WorkProgress($"{Count.Bytes(store.GetStats().CompactionBytesRead)} read")).ConfigureAwait(false);
            await erased.Completion.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (Exception)
        {
            await context.Messages.WriteLineAsync(
                $"the erasure of user {user} is acknowledged {DurabilityWord}, and no read shows the user; but files may hold the events "
                + "until a compaction has rewritten them: erase again for the certificate").ConfigureAwait(false);
            throw;
        }

        return (erased, erased.ToJson(TimeProvider.System.GetUtcNow()));
    }

    /// <summary>
    /// Erases from a checkpoint what was erased from the store, and nothing that came later. A certificate of the store that no file has
    /// is told when that fails.
    /// </summary>
    private static async Task<CheckpointErasureCertificate> EraseCopyAsync(
        CheckpointPlace place, ErasureCertificate erased, string? unkept, ToolContext context, CancellationToken cancellationToken)
    {
        UserErasure erasure = new(erased.User, DateTimeOffset.FromUnixTimeMilliseconds(erased.CutoffMs));
        try
        {
            Task<CheckpointErasureCertificate> work = place.EraseAsync(erasure, cancellationToken);
            await LongWork.ShowAsync(context, "erasing from the checkpoint", work, static () => new WorkProgress("rewriting"))
                .ConfigureAwait(false);
            return await work.ConfigureAwait(false);
        }
        catch (Exception)
        {
            if (unkept is not null)
            {
                Tell(unkept, context);
            }

            await context.Messages.WriteLineAsync($"{place} may still hold user {erased.User}: erase again").ConfigureAwait(false);
            throw;
        }
    }

    private static void Print(
        ToolContext context,
        bool json,
        (UserId User, long Events, long RowsDropped) erased,
        string certificate,
        CheckpointErasureCertificate? copy)
    {
        if (json)
        {
            using JsonDocument ofStore = JsonDocument.Parse(certificate);
            using JsonDocument ofCopy = JsonDocument.Parse(copy?.ToJson() ?? "null");
            context.WriteObject(writer =>
            {
                writer.WriteString("user", erased.User.ToString());
                writer.WriteNumber("events", erased.Events);
                writer.WriteString("durability", DurabilityWord);
                writer.WriteNumber("rows_dropped", erased.RowsDropped);
                writer.WritePropertyName("certificate");
                ofStore.RootElement.WriteTo(writer);
                writer.WritePropertyName("checkpoint");
                ofCopy.RootElement.WriteTo(writer);
            });
            return;
        }

        context.WriteRaw(
            $"erased {Count.Events(erased.Events)} of user {erased.User}; acknowledged {DurabilityWord}, and no file holds them");
        if (copy is not null)
        {
            context.WriteRaw(
                $"{copy.Checkpoint}: {Count.Files(copy.Deleted.Count)} deleted, {Count.Files(copy.Written.Count)} written; "
                + (copy.IsComplete ? "no file holds the user" : $"{Count.Files(copy.Left.Count)} may still hold the user: erase again"));
        }
    }

    /// <summary>The number of events that reads show.</summary>
    private static long CountEvents(SignalStore store, UserId user)
    {
        long events = 0;
        foreach (EventTypeSchema type in store.Schema.EventTypes.Where(type => !type.IsDropped))
        {
            using Sequence sequence = store.Read(user, store.Query(type.Name).Last(int.MaxValue).Columns().Build());
            events += sequence.Count;
        }

        return events;
    }

    private static string Describe(SignalStore store, UserId user, long events)
    {
        string[] types = [.. store.Schema.EventTypes.Where(type => !type.IsDropped).Select(type => type.Name)];
        if (events == 0)
        {
            return $"user {user} has no events that reads show";
        }

        using Sequence newest = store.Read(user, store.Query(types).Last(1).Columns().Build());
        return string.Create(
            CultureInfo.InvariantCulture,
            $"user {user} has {Count.Events(events)}, the newest of " +
            $"{DateTimeOffset.FromUnixTimeMilliseconds(newest.Times[0]):yyyy-MM-dd HH:mm:ss.fff}Z");
    }

    private static async Task<bool> ConfirmAsync(CheckpointPlace? place, ToolContext context, CancellationToken cancellationToken)
    {
        if (context.Answers is not { } answers)
        {
            return false;
        }

        string also = place is null ? "" : $", also from {place}";
        await context.Messages.WriteAsync($"Erase them for good{also}? Only yes does: ").ConfigureAwait(false);

        // A terminal's reader waits on the caller's thread and cannot be stopped. So another thread waits there.
        Task<string?> answer = Task.Run(answers.ReadLine, CancellationToken.None);
        return await answer.WaitAsync(cancellationToken).ConfigureAwait(false) == "yes";
    }
}
