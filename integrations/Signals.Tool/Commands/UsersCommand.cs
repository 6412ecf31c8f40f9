using System.CommandLine;
using System.Globalization;
using Signals.Tool.Stores;

namespace Signals.Tool.Commands;

/// <summary>
/// Lists users in order, with the events that reads show. It holds one batch of each event type, however many users there are.
/// </summary>
internal sealed class UsersCommand : ToolCommand
{
    private readonly Argument<string> _folder = Syntax.Folder();
    private readonly Option<string[]> _types = Syntax.Types();
    private readonly Option<int> _limit = Syntax.Number("--limit", "How many users at most.", fallback: 1000, least: 1);
    private readonly Option<string?> _prefix = Syntax.Text("--prefix", "TEXT", "Only users whose printed form begins so.");
    private readonly Option<bool> _json = Syntax.Json();

    public UsersCommand()
        : base("users", "List users with their counts of events and their newest times, in the order of their ids.")
    {
        Add(_folder);
        Add(_types);
        Add(_limit);
        Add(_prefix);
        Add(_json);
    }

    public override Task<ExitCode> RunAsync(ParseResult line, ToolContext context, CancellationToken cancellationToken)
    {
        int limit = line.GetValue(_limit);
        bool json = line.GetValue(_json);
        string prefix = line.GetValue(_prefix) ?? "";
        using ReadOnlyStore store = SignalStore.OpenReadOnly(line.GetRequiredValue(_folder));
        EventTypeSchema[] types = TypeChoice.Choose(store.Schema, line.GetValue(_types) ?? []);
        long printed = 0;
        bool isMore = false;
        foreach (UserSummary user in UserSummaries.Of(store, types, cancellationToken))
        {
            string name = user.User.ToString();
            if (!name.StartsWith(prefix, StringComparison.Ordinal))
            {
                continue;
            }

            if (printed == limit)
            {
                isMore = true;
                break;
            }

            Print(context, json, name, user);
            printed++;
        }

        context.Messages.WriteLine(isMore
            ? $"{Count.Of(printed, "user")}; there are more, see --limit"
            : Count.Of(printed, "user"));
        LiveNote.Write(context, store);
        return Task.FromResult(ExitCode.Ok);
    }

    private static void Print(ToolContext context, bool json, string name, UserSummary user)
    {
        if (json)
        {
            context.WriteObject(writer =>
            {
                writer.WriteString("user", name);
                writer.WriteNumber("events", user.Events);
                writer.WriteNumber("newest_ms", user.NewestMs);
            });
            return;
        }

        string newest = string.Create(
            CultureInfo.InvariantCulture, $"{DateTimeOffset.FromUnixTimeMilliseconds(user.NewestMs):yyyy-MM-dd HH:mm:ss.fff}Z");
        context.WriteRaw($"{name}  {Count.Events(user.Events)}, the newest of {newest}");
    }
}
