using System.CommandLine;
using System.Globalization;
using Signals.Samples.ConsoleHost.Events;
using Signals.Samples.ConsoleHost.Ingest;
using Signals.Samples.ConsoleHost.Options;
using Signals.Samples.ConsoleHost.Reporting;
using Signals.Samples.ConsoleHost.Verification;
using Signals.Tool;
using Spectre.Console;

namespace Signals.Samples.ConsoleHost;

/// <summary>The program: options in, events into a store, a report out. One run at a time.</summary>
/// <param name="console">Where the report goes.</param>
/// <param name="errors">Where messages of failed runs go.</param>
/// <param name="time">The clock.</param>
internal sealed class HostApplication(IAnsiConsole console, TextWriter errors, TimeProvider time)
{
    /// <summary>Runs the command line. Expected errors are printed and returned, not thrown.</summary>
    public async Task<ExitCode> RunAsync(IReadOnlyList<string> arguments, CancellationToken cancellationToken = default)
    {
        try
        {
            HostSyntax syntax = new(console.Profile.Width);
            syntax.Root.SetAction(async (line, stop) =>
                (int)await RunAsync(OptionsParser.Read(syntax, line), stop).ConfigureAwait(false));
            ParseResult line = ProgramLine.Parse(syntax.Root, arguments, out string? error);
            return error is null
                ? (ExitCode)await line.InvokeAsync(ProgramLine.Into(console.Profile.Out.Writer, errors), cancellationToken)
                    .ConfigureAwait(false)
                : throw new UsageException(error);
        }
        catch (Exception e) when (HostErrors.Describe(e) is { } known)
        {
            await errors.WriteLineAsync(known.Message).ConfigureAwait(false);
            return known.Code;
        }
    }

    private async Task<ExitCode> RunAsync(HostOptions options, CancellationToken cancellationToken)
    {
        IEventSource source = await EventSources.OpenAsync(options, cancellationToken).ConfigureAwait(false);
        await using (source.ConfigureAwait(false))
        {
            return options.Emit is null
                ? await StoreAsync(options, source, cancellationToken).ConfigureAwait(false)
                : await EmitAsync(options, source, cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task<ExitCode> EmitAsync(HostOptions options, IEventSource source, CancellationToken cancellationToken)
    {
        Stream output = options.Emit == "-" ? Console.OpenStandardOutput() : OpenNew(options.Emit!);
        await using (output.ConfigureAwait(false))
        {
            long events = await new FrameEmission(source, options).RunAsync(output, cancellationToken).ConfigureAwait(false);
            await errors.WriteLineAsync(string.Create(CultureInfo.InvariantCulture,
                $"{events:N0} events written, {source.Rejected.Total:N0} rejected")).ConfigureAwait(false);
            return await EndAsync(source, options, events).ConfigureAwait(false);
        }
    }

    /// <summary>Opens a file that is not there yet: one that is there may be somebody's, or the input itself.</summary>
    private static FileStream OpenNew(string path) => File.Exists(path)
        ? throw new UsageException($"--emit: '{path}' exists; name a file that does not")
        : new FileStream(path, FileMode.CreateNew);

    /// <summary>How a run ended whose events all went where they should: an input that was not understood is a failure.</summary>
    private async Task<ExitCode> EndAsync(IEventSource source, HostOptions options, long accepted)
    {
        if (source.Unread is { } unread)
        {
            await errors.WriteLineAsync($"'{options.Input}' {unread}; what was before it is kept").ConfigureAwait(false);
            return ExitCode.InputUnreadable;
        }

        if (accepted > 0)
        {
            return ExitCode.Ok;
        }

        await errors.WriteLineAsync($"no event of '{options.Input}' was accepted").ConfigureAwait(false);
        foreach (Rejection rejection in source.Rejected.Reasons)
        {
            await errors.WriteLineAsync(string.Create(CultureInfo.InvariantCulture,
                $"  {rejection.Count:N0} "
                    + $"{rejection.Reason}{(rejection.Example is null ? "" : $" (first: {rejection.Example})")}")).ConfigureAwait(false);
        }

        return ExitCode.NothingAccepted;
    }

    private async Task<ExitCode> StoreAsync(HostOptions options, IEventSource source, CancellationToken cancellationToken)
    {
        using StoreFolder folder = new(options);
        StoreOptions storeOptions = options.SchemaOf is null
            ? new() { Durability = options.Durability, TimeProvider = time }
            // As old as the exporting store has it.
            : new() { Durability = options.Durability, TimeProvider = time, MaxPastTime = TimeSpan.MaxValue };
        EventModel? model = options.Verify ? new EventModel(source.Schema) : null;
        SignalStore store = SignalStore.Open(folder.Path, source.Schema, storeOptions);
        long differences = 0;
        ExitCode end;
        await using (store.ConfigureAwait(false))
        {
            console.WriteLine($"store {folder.Path}, {options.Durability.ToString().ToLowerInvariant()}");
            if (options.ResetSource)
            {
                await store.ResetSourceAsync(options.Source!, default, cancellationToken).ConfigureAwait(false);
            }

            IngestRun run = new(store, source, options, model);
            IngestResult result = await new ProgressDisplay(console, time)
                .ShowAsync(Task.Run(() => run.RunAsync(cancellationToken), cancellationToken), run.Progress).ConfigureAwait(false);
            await store.WaitUntilVisibleAsync(cancellationToken).ConfigureAwait(false);
            differences += Verify(model, store, "as ingested", isCompacted: false);
            await store.CompactAsync(cancellationToken).ConfigureAwait(false);
            differences += Verify(model, store, "compacted", isCompacted: true);
            LatencySamples reads = new ReadTimer(store, result.Users, options.Seed).Run();
            new IngestReport(console).Print(result, store.GetStats(), reads);
            ShowSequence(options, store, result.Users);
            end = await EndAsync(source, options, result.Accepted + result.Skipped).ConfigureAwait(false);
        }
        differences += Reopen(model, folder.Path, source, storeOptions);
        return differences == 0 ? end : ExitCode.DifferencesFound;
    }

    private long Reopen(EventModel? model, string path, IEventSource source, StoreOptions storeOptions)
    {
        if (model is null)
        {
            return 0;
        }
        using SignalStore store = SignalStore.Open(path, source.Schema, storeOptions);
        return Verify(model, store, "reopened", isCompacted: true);
    }

    private long Verify(EventModel? model, SignalStore store, string when, bool isCompacted)
    {
        if (model is null)
        {
            return 0;
        }
        Differences differences = new StoreVerifier(model, time).Compare(store, isCompacted);
        console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"verify, {when}: {differences.Count:N0} differences ({model.Users.Count:N0} users, {model.Count:N0} events, "
            + $"{model.Duplicates:N0} duplicates in the model)"));
        foreach (string difference in differences.Described)
        {
            console.WriteLine($"  {difference}");
        }
        return differences.Count;
    }

    private void ShowSequence(HostOptions options, SignalStore store, UserSample users)
    {
        if (options.Last == 0 || (options.UserShown is null && users.Count == 0))
        {
            return;
        }
        UserId user = options.UserShown is { } text ? UserReference.Parse(text) : users[0];
        new SequenceTable(console, store).Print(user, options.UserShown ?? user.ToString(), options.Last);
    }
}
