using System.CommandLine;
using Signals.Tool.Export;
using Signals.Tool.Stores;

namespace Signals.Tool.Commands;

/// <summary>
/// Prints a user's events as they arrive, beside the process that writes them, until it is stopped or has printed as many as were asked
/// for. It remembers the newest events of the last look, so a late event is printed when it arrives.
/// </summary>
internal sealed class TailCommand : ToolCommand
{
    private const int Window = 1000;
    private static readonly TimeSpan Period = TimeSpan.FromMilliseconds(200);

    private readonly Argument<string> _folder = Syntax.Folder();
    private readonly Argument<string> _user = Syntax.User();
    private readonly Option<string[]> _types = Syntax.Types();
    private readonly Option<int> _last =
        Syntax.Number("--last", "How many events that are there already to print first.", fallback: 10, least: 0);

    private readonly Option<int> _count =
        Syntax.Number("--count", "End after this many events; otherwise Ctrl-C ends it.", null, least: 1);

    private readonly Option<bool> _json = Syntax.Json();

    public TailCommand()
        : base("tail", "Print a user's events as they arrive, oldest first, beside the process that writes them.")
    {
        Add(_folder);
        Add(_user);
        Add(_types);
        Add(_last);
        Add(_count);
        Add(_json);
    }

    public override async Task<ExitCode> RunAsync(ParseResult line, ToolContext context, CancellationToken cancellationToken)
    {
        UserId user = UserArgument.Parse(line.GetRequiredValue(_user));
        bool json = line.GetValue(_json);
        int left = line.GetValue(_count) is > 0 and int count ? count : int.MaxValue;
        using ReadOnlyStore store = SignalStore.OpenReadOnly(line.GetRequiredValue(_folder));
        EventTypeSchema[] types = TypeChoice.Choose(store.Schema, line.GetValue(_types) ?? []);
        int window = Math.Max(Window, line.GetValue(_last));
        List<SingleEvent> events = UserEvents.Newest(store, user, types, window);
        LiveNote.Write(context, store);
        List<SingleEvent> fresh = [.. events.Take(line.GetValue(_last))];
        while (true)
        {
            foreach (SingleEvent single in fresh.AsEnumerable().Reverse().Take(left))
            {
                context.WriteRaw(EventLine.Of(single, json));
            }

            left -= Math.Min(left, fresh.Count);
            if (left == 0 || !await WaitForMoreAsync(store, cancellationToken).ConfigureAwait(false))
            {
                return ExitCode.Ok;
            }

            // When the window was full, an event from before it may be an old one that came back into it, because others were removed.
            HashSet<(ushort, long, ulong)> known = [.. events.Select(KeyOf)];
            long floorMs = events.Count == window ? events[^1].TimeMs : long.MinValue;
            events = UserEvents.Newest(store, user, types, window);
            fresh = [.. events.Where(single => single.TimeMs >= floorMs && !known.Contains(KeyOf(single)))];
            if (fresh.Count == window)
            {
                await context.Messages.WriteLineAsync(
                    $"{Count.Events(window)} or more arrived at once; those before the newest {Count.Number(window)} are not printed")
                    .ConfigureAwait(false);
            }
        }
    }

    // To be stopped is how it ends. So that is no error.
    private static async Task<bool> WaitForMoreAsync(ReadOnlyStore store, CancellationToken cancellationToken)
    {
        do
        {
            await Task.Delay(Period, TimeProvider.System, cancellationToken)
                .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (cancellationToken.IsCancellationRequested)
            {
                return false;
            }
        }
        while (!store.Refresh());
        return true;
    }

    private static (ushort Type, long TimeMs, ulong Id) KeyOf(SingleEvent single) => (single.EventType.Id, single.TimeMs, single.Id);
}
