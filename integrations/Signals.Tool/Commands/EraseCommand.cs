using System.CommandLine;
using System.Globalization;
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
        CheckpointPlace? place = line.GetValue(_checkpoint) is { } checkpoint ? CheckpointPlace.Find(checkpoint) : null;
        SignalStore store = WritableStore.Open(folder);
        await using (store.ConfigureAwait(false))
        {
            long events = CountEvents(store, user);
            await context.Messages.WriteLineAsync(Describe(store, user, events)).ConfigureAwait(false);
            if (!sure && !await ConfirmAsync(context, cancellationToken).ConfigureAwait(false))
            {
                throw new UsageException("Nothing was erased. An erasure cannot be undone; answer yes, or say --yes.");
            }

            (ErasureCertificate erased, string certificate) = line.GetValue(_certificate) is { } path
                ? await EraseIntoAsync(path, store, user, context, cancellationToken).ConfigureAwait(false)
                : await EraseAsync(store, user, context, cancellationToken).ConfigureAwait(false);
            CheckpointErasureCertificate? copy = place is null
                ? null
                : await EraseCopyAsync(place, erased, folder, context, cancellationToken).ConfigureAwait(false);
            Print(context, json, (user, events, store.GetStats().RowsDropped), certificate, copy);
            return copy is null or { IsComplete: true } ? ExitCode.Ok : ExitCode.ProblemsFound;
        }
    }

    /// <summary>Makes the file first, so that no erasure loses its certificate because the file cannot be made.</summary>
    private static async Task<(ErasureCertificate Erased, string Json)> EraseIntoAsync(
        string path, SignalStore store, UserId user, ToolContext context, CancellationToken cancellationToken)
    {
        FileStream file = UserFile.Create(path);
        string? certificate = null;
        try
        {
            (ErasureCertificate erased, certificate) = await EraseAsync(store, user, context, cancellationToken).ConfigureAwait(false);
            await file.WriteAsync(Encoding.UTF8.GetBytes(certificate + "\n"), cancellationToken).ConfigureAwait(false);
            return (erased, certificate);
        }
        finally
        {
            await file.DisposeAsync().ConfigureAwait(false);
            if (certificate is null)
            {
                File.Delete(path);
            }
        }
    }

    /// <summary>Erases, compacts, and returns the certificate when no place holds the user any more.</summary>
    private static async Task<(ErasureCertificate Erased, string Json)> EraseAsync(
        SignalStore store, UserId user, ToolContext context, CancellationToken cancellationToken)
    {
        ErasureCertificate erased = await store.EraseCertifiedAsync(user, cancellationToken).ConfigureAwait(false);
        await LongWork.ShowAsync(
            context,
            "compacting",
            store.CompactAsync(cancellationToken),
            () => new WorkProgress($"{Count.Bytes(store.GetStats().CompactionBytesRead)} read")).ConfigureAwait(false);
        await erased.Completion.WaitAsync(cancellationToken).ConfigureAwait(false);
        return (erased, erased.ToJson(TimeProvider.System.GetUtcNow()));
    }

    /// <summary>Erases from a checkpoint what was erased from the store, and nothing that came later.</summary>
    private static async Task<CheckpointErasureCertificate> EraseCopyAsync(
        CheckpointPlace place, ErasureCertificate erased, string folder, ToolContext context, CancellationToken cancellationToken)
    {
        UserErasure erasure = new(erased.User, DateTimeOffset.FromUnixTimeMilliseconds(erased.CutoffMs));
        string scratch = Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder)) + ".erasing";
        Task<CheckpointErasureCertificate> work = place.EraseAsync(erasure, scratch, cancellationToken);
        await LongWork.ShowAsync(context, "erasing from the checkpoint", work, static () => new WorkProgress("rewriting"))
            .ConfigureAwait(false);
        return await work.ConfigureAwait(false);
    }

    private static void Print(
        ToolContext context,
        bool json,
        (UserId User, long Events, long RowsDropped) erased,
        string certificate,
        CheckpointErasureCertificate? copy)
    {
        string durability = WritableStore.Durability.ToString().ToLowerInvariant();
        if (json)
        {
            using JsonDocument ofStore = JsonDocument.Parse(certificate);
            using JsonDocument ofCopy = JsonDocument.Parse(copy?.ToJson() ?? "null");
            context.WriteObject(writer =>
            {
                writer.WriteString("user", erased.User.ToString());
                writer.WriteNumber("events", erased.Events);
                writer.WriteString("durability", durability);
                writer.WriteNumber("rows_dropped", erased.RowsDropped);
                writer.WritePropertyName("certificate");
                ofStore.RootElement.WriteTo(writer);
                writer.WritePropertyName("checkpoint");
                ofCopy.RootElement.WriteTo(writer);
            });
            return;
        }

        context.WriteRaw(
            $"erased {Count.Events(erased.Events)} of user {erased.User}; acknowledged {durability}, and no file holds them");
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
            $"user {user} has {Count.Events(events)}, the newest of " +
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
